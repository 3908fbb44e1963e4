import { defineConfig } from "vitest/config";

/** The longest proofs: hundreds of clients at a time, processes that are killed, months. They begin first. */
const longest = ["claim", "crash", "money", "stampede", "year"].map((name) => `tests/proofs/${name}.test.ts`);

/** Files that change what others of their worker would find: modules, or the variables that a function reads once. */
const apart = [
  "functions/payment-worker/payment-worker.test.ts",
  "functions/catalogue/documents.test.ts",
  ...[
    ...[
      "access-log",
      "audit-reads",
      "changed-texts",
      "clinical",
      "cohort",
      "ledger-reads",
      "lists",
      "participation-routes",
      "quote",
    ],
    ...["session", "terms"],
  ].map((name) => `tests/proofs/${name}.test.ts`),
];

/** Tests that take seconds: input to every route, a model that tells many stories, an HTTP server that answers late. */
const wide = [
  "functions/input.test.ts",
  "packages/domain/src/booking/ledger-model.test.ts",
  "packages/payments/src/stripe-gateway.test.ts",
];

const proofs = {
  globalSetup: ["tests/harness/global-setup.ts"],
  setupFiles: ["tests/harness/documented-answers.ts"],
  // Four times what the longest take on two quiet cores.
  testTimeout: 300_000,
  hookTimeout: 120_000,
};

/** Nothing in these takes a second on a quiet machine; a loaded one is given time. */
const pure = { isolate: false, maxWorkers: 2, testTimeout: 30_000 };

/**
 * One project per kind of test, so that each can be run alone: `vitest --project unit`. One kind after the other, but for
 * those whose tests run stacks: they come in one group, so that no worker waits for the last of a kind. The files of a
 * project share their worker's modules, which are loaded once; those that cannot are a project by themselves.
 */
export default defineConfig({
  test: {
    // Sources are transformed once, not once a run.
    fsModuleCache: true,
    projects: [
      {
        test: {
          name: "domain",
          include: ["packages/domain/**/*.test.ts"],
          exclude: wide,
          ...pure,
          sequence: { groupOrder: 1 },
        },
      },
      {
        test: {
          name: "unit",
          include: ["{packages,functions}/**/*.test.ts"],
          exclude: ["packages/{domain,local,stripe-simulator}/**", "**/node_modules/**", ...wide, ...apart],
          ...pure,
          sequence: { groupOrder: 1 },
        },
      },
      {
        // What plays AWS and Stripe, the rules of the house, and what takes seconds by itself.
        test: {
          name: "around",
          include: ["packages/{local,stripe-simulator}/**/*.test.ts", "tests/house/**/*.test.ts", ...wide],
          exclude: ["**/node_modules/**"],
          ...pure,
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
          isolate: false,
          maxWorkers: 2,
          sequence: { groupOrder: 3 },
        },
      },
      {
        test: {
          name: "proofs",
          include: ["tests/proofs/**/*.test.ts"],
          exclude: [...longest, ...apart],
          ...proofs,
          isolate: false,
          maxWorkers: 2,
          sequence: { groupOrder: 3 },
        },
      },
      {
        test: { name: "apart", include: apart, ...proofs, maxWorkers: 2, sequence: { groupOrder: 3 } },
      },
      {
        test: { name: "at-length", include: longest, ...proofs, maxWorkers: 2, sequence: { groupOrder: 3 } },
      },
    ],
  },
});
