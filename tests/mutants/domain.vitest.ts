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
 * The tests that a mutant of the domain is run against: the domain's. They share what they import, since it is pure. The
 * random stories of whole bookings are left out: they take as long as all other tests, and what they alone notice has no
 * test that names the rule.
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
