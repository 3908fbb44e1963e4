import { join } from "node:path";
import { defineConfig } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";

const proof = (name: string) => `tests/proofs/${name}.test.ts`;

/** The longest proofs: hundreds of clients at a time, killed processes, months of random bookings. */
const longest = ["claim", "crash", "money", "stampede", "year"].map(proof);

/** Files that change modules or environment variables, which other files of the same worker would see. */
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
  ].map(proof),
];

/**
 * Tests that take long beside other unit tests: every route with every role, with wrong input and with every refusal,
 * the documents of the API and the events, ten thousand deadlines, a model that tells many stories, HTTP servers, and
 * Stripe's SDK, which takes longer to load than the tests with it.
 */
const wide = [
  "functions/{input,refusals,roles}.test.ts",
  "functions/authorizer/handler.test.ts",
  "functions/sweep/hand-out.test.ts",
  "packages/contracts/src/{events,field-descriptions,openapi,routes/bodies}.test.ts",
  "packages/domain/src/booking/ledger-model.test.ts",
  "packages/payments/src/{ask-stripe,reduce-stripe-objects,stripe-gateway,webhook}.test.ts",
  "packages/runtime/src/stripe-account.test.ts",
];

/** Node imports the files itself: it strips types faster than Vite transforms them. */
const native = { experimental: { viteModuleRunner: false, nodeLoader: false } };

const proofs = {
  ...native,
  globalSetup: ["tests/harness/global-setup.ts"],
  setupFiles: ["tests/harness/documented-answers.ts"],
  // Four times what the longest file takes on two quiet cores.
  testTimeout: 300_000,
  hookTimeout: 120_000,
};

/** Few tests here take a second on a quiet machine; the time-out allows for a loaded one. */
const pure = { ...native, isolate: false, testTimeout: 30_000 };

/**
 * The projects in the order in which they start: after infrastructure, which runs beside types and lint, the longest
 * files, and at the end those that take milliseconds. So no worker is idle while another one has a long file.
 */
const order = ["infrastructure", "at-length", "end-to-end", "proofs", "apart", "around", "unit"];

/** Within a project, vitest begins with the longest file. */
class ByProject extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const placeOf = ({ project }: TestSpecification) => order.indexOf(project.name);
    return (await super.sort(files)).toSorted((one, other) => placeOf(one) - placeOf(other));
  }
}

/**
 * One project per kind of test, so that each can be run alone: `vitest --project unit`. Files of a project share the
 * modules of their worker; files that cannot share them are in separate projects.
 */
export default defineConfig({
  test: {
    // For `apart`: its sources are transformed once, not once a run.
    fsModuleCache: true,
    // A third worker uses the time in which the stacks of the others wait.
    maxWorkers: 3,
    sequence: { sequencer: ByProject },
    projects: [
      {
        test: {
          name: "unit",
          include: ["{packages,functions}/**/*.test.ts"],
          exclude: ["packages/{local,stripe-simulator}/**", "**/node_modules/**", ...wide, ...apart],
          globalSetup: ["tests/harness/compile-cache.ts"],
          ...pure,
          // They start sooner than processes.
          pool: "threads",
          // Once per thread. A setup file would run before each test file.
          execArgv: ["--import", join(import.meta.dirname, "tests/harness/fewer-runs.ts")],
        },
      },
      {
        // The local stack, the Stripe simulator, the rules of the house, and the `wide` tests.
        test: {
          name: "around",
          include: ["packages/{local,stripe-simulator}/**/*.test.ts", "tests/house/**/*.test.ts", ...wide],
          exclude: ["**/node_modules/**"],
          ...pure,
        },
      },
      {
        // One synthesis serves all files.
        test: {
          name: "infrastructure",
          include: ["tests/infrastructure/**/*.test.ts"],
          globalSetup: ["tests/infrastructure/global-setup.ts"],
          ...pure,
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
      {
        test: {
          name: "end-to-end",
          include: ["tests/end-to-end/**/*.test.ts"],
          globalSetup: ["tests/harness/compile-cache.ts", "tests/harness/global-setup.ts"],
          setupFiles: ["tests/harness/documented-answers.ts"],
          ...native,
          // A stack has many threads that live for seconds: they collect little garbage, and none beside their work.
          execArgv: ["--min-semi-space-size=16", "--single-threaded-gc"],
          testTimeout: 180_000,
          hookTimeout: 120_000,
          isolate: false,
        },
      },
      {
        test: {
          name: "proofs",
          include: ["tests/proofs/**/*.test.ts"],
          exclude: [...longest, ...apart],
          ...proofs,
          isolate: false,
        },
      },
      // Node cannot replace modules by `vi.mock`.
      { test: { name: "apart", include: apart, ...proofs, experimental: {} } },
      { test: { name: "at-length", include: longest, ...proofs } },
    ],
  },
});
