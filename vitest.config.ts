import { defineConfig } from "vitest/config";

/** The proofs in which hundreds of clients come at a time, or processes are killed: each has the machine to itself. */
const crowds = ["claim", "crash", "money", "stampede", "year"].map((name) => `tests/proofs/${name}.test.ts`);

const proofs = {
  globalSetup: ["tests/harness/global-setup.ts"],
  setupFiles: ["tests/harness/documented-answers.ts"],
  // Four times what the longest take on two quiet cores.
  testTimeout: 300_000,
  hookTimeout: 120_000,
};

/** One project per kind of test, so that each can be run alone: `vitest --project unit`. One kind after the other. */
export default defineConfig({
  test: {
    projects: [
      {
        // The domain keeps nothing between calls: its files share a worker, and load it once.
        test: {
          name: "domain",
          include: ["packages/domain/**/*.test.ts"],
          isolate: false,
          maxWorkers: 2,
          sequence: { groupOrder: 1 },
        },
      },
      {
        test: {
          name: "unit",
          include: ["{packages,functions}/**/*.test.ts", "tests/house/**/*.test.ts"],
          exclude: ["packages/domain/**", "**/node_modules/**"],
          maxWorkers: 2,
          sequence: { groupOrder: 1 },
        },
      },
      {
        // One synthesis serves all files.
        test: {
          name: "infrastructure",
          include: ["tests/infrastructure/**/*.test.ts"],
          globalSetup: ["tests/infrastructure/global-setup.ts"],
          maxWorkers: 2,
          isolate: false,
          sequence: { groupOrder: 2 },
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
      {
        test: {
          name: "end-to-end",
          include: ["tests/end-to-end/**/*.test.ts"],
          globalSetup: ["tests/harness/global-setup.ts"],
          setupFiles: ["tests/harness/documented-answers.ts"],
          testTimeout: 180_000,
          hookTimeout: 120_000,
          maxWorkers: 2,
          sequence: { groupOrder: 3 },
        },
      },
      {
        test: {
          name: "proofs",
          include: ["tests/proofs/**/*.test.ts"],
          exclude: crowds,
          ...proofs,
          maxWorkers: 2,
          sequence: { groupOrder: 4 },
        },
      },
      {
        test: { name: "crowds", include: crowds, ...proofs, fileParallelism: false, sequence: { groupOrder: 5 } },
      },
    ],
  },
});
