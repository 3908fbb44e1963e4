import { statSync } from "node:fs";
import { defineConfig } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";

/** Tells stories of whole bookings, and takes as long as all other files. */
const stories = /ledger-model\.test\.ts$/;

/** The first failure decides on a mutant, so short files run first, and the stories last. */
class ShortestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const cost = ({ moduleId }: TestSpecification) =>
      stories.test(moduleId) ? Number.POSITIVE_INFINITY : statSync(moduleId).size;
    return files.toSorted((a, b) => cost(a) - cost(b));
  }
}

/** The tests that a mutant of the domain is run against: the domain's. They share what they import, since it is pure. */
export default defineConfig({
  test: {
    include: ["packages/domain/src/**/*.test.ts"],
    setupFiles: ["tests/mutants/first-counterexample.ts"],
    isolate: false,
    sequence: { sequencer: ShortestFirst },
  },
});
