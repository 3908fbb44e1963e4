import { statSync } from "node:fs";
import { defineConfig } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";

/** The first failure decides on a mutant, so short files run first. */
class ShortestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const size = ({ moduleId }: TestSpecification) => statSync(moduleId).size;
    return files.toSorted((a, b) => size(a) - size(b));
  }
}

/**
 * Runs the domain's tests against its mutants. They share their modules, since these are pure. The random stories of
 * whole bookings are left out: they take as long as all other tests, and a mutant that only they notice lacks a test of
 * its rule.
 */
export default defineConfig({
  test: {
    include: ["packages/domain/src/**/*.test.ts"],
    exclude: ["packages/domain/src/booking/ledger-model.test.ts"],
    setupFiles: ["tests/mutants/domain.setup.ts"],
    isolate: false,
    sequence: { sequencer: ShortestFirst },
  },
});
