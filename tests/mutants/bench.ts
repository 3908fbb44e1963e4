import { join } from "node:path";
import { createVitest, type TestCase, type TestModule, type TestSuite, type Vitest } from "vitest/node";

/** A test with the mutants that it reached, and those that its file reached outside tests. */
export type Test = {
  file: string;
  name: string;
  ms: number;
  reached: ReadonlySet<string>;
  outside: ReadonlySet<string>;
};

export const keyOf = ({ file, name }: Pick<Test, "file" | "name">): string => `${file} ${name}`;

/** A test's failure for each of its mutants, or null. `sound`: afterwards the test passed without a mutant. */
export type Report = { test: string; sound: boolean; found: { id: string; failure: string | null }[] };

export type BenchOptions = { root: string; tests: readonly string[]; setups?: string[] };

/** A vitest that runs the same tests many times, each time with another active mutant in `instrumented` sources. */
export class Bench {
  readonly #vitest: Vitest;

  private constructor(vitest: Vitest) {
    this.#vitest = vitest;
  }

  static async open(
    { root, tests, setups = [] }: BenchOptions,
    instrumented: ReadonlyMap<string, string>,
  ): Promise<Bench> {
    const load = (id: string) => instrumented.get(id.split("?")[0] ?? id);
    const vitest = await createVitest(
      "test",
      {
        root,
        config: false,
        watch: false,
        include: [...tests],
        globalSetup: setups,
        runner: join(import.meta.dirname, "awake.ts"),
        reporters: [{}],
        maxWorkers: 2,
        testTimeout: 60_000,
        hookTimeout: 120_000,
        provide: { mutant: "", tries: {} },
      },
      { plugins: [{ name: "mutants", enforce: "pre", load }] },
    );
    return new Bench(vitest);
  }

  /** Closes vitest. Failed tests are expected, so they must not set the exit code of the process. */
  async close(): Promise<void> {
    await this.#vitest.close();
    process.exitCode = undefined;
  }

  /** Runs every test without an active mutant. Throws if one fails. */
  async learn(): Promise<Test[]> {
    const specifications = await this.#vitest.globTestSpecifications();
    const { testModules, unhandledErrors } = await this.#vitest.runTestSpecifications(specifications);
    const wrong = [...testModules.flatMap((module) => [...failures(module)]), ...unhandledErrors.map(String)];
    if (wrong.length > 0) throw new Error(`tests fail without any mutant:\n${wrong.join("\n")}`);
    return testModules.flatMap((module) =>
      [...module.children.allTests("passed")].map((test) => ({
        file: module.moduleId,
        name: test.fullName,
        ms: test.diagnostic()?.duration ?? 0,
        reached: new Set(test.meta().reached),
        outside: new Set(test.meta().outside),
      })),
    );
  }

  /** Runs tests once for each of their mutants, by `keyOf`, in one process and with one store per file. */
  async tryInTurn(tests: readonly Test[], tries: Record<string, string[]>): Promise<Report[]> {
    const { testModules } = await this.#run(tests, "", tries);
    return testModules
      .flatMap((module) => [...module.children.allTests()])
      .map((test) => {
        const tried = test.meta().tried ?? [];
        const attempts = tried.map((id, index) => ({ id, failure: failureOf(test, index) }));
        const sound = attempts.length > 0 && attempts.at(-1)?.failure === null;
        return {
          test: keyOf({ file: test.module.moduleId, name: test.fullName }),
          sound,
          found: attempts.slice(0, -1),
        };
      });
  }

  /** Runs tests with one mutant active from the start, also while modules load. Returns the failures. */
  async failures(tests: readonly Test[], mutant: string): Promise<string[]> {
    const { testModules, unhandledErrors } = await this.#run(tests, mutant, {});
    return [...testModules.flatMap((module) => [...failures(module)]), ...unhandledErrors.map(String)];
  }

  #run(tests: readonly Test[], mutant: string, tries: Record<string, string[]>) {
    const project = this.#vitest.getRootProject();
    project.provide("mutant", mutant);
    project.provide("tries", tries);
    const files = Object.entries(Object.groupBy(tests, ({ file }) => file));
    const specifications = files.map(([file, its = []]) =>
      project.createSpecification(file, { testNames: its.map(({ name }) => name) }),
    );
    return this.#vitest.runTestSpecifications(specifications);
  }
}

/** The failure of one run of a test. A run that did not happen failed before the test. */
function failureOf(test: TestCase, repeat: number): string | null {
  const attempt = test.attempts().find(({ repeatIndex }) => repeatIndex === repeat);
  if (attempt === undefined) return "was not run";
  if (attempt.state !== "failed") return null;
  return `${test.fullName}: ${attempt.errors?.map(({ message }) => message).join("; ") ?? "failed"}`;
}

function* failures(module: TestModule): Iterable<string> {
  for (const { message } of module.errors()) yield `${module.moduleId}: ${message}`;
  for (const suite of module.children.allSuites()) yield* errorsOf(suite);
  for (const test of module.children.allTests("failed")) yield* errorsOf(test);
}

function* errorsOf(of: TestSuite | TestCase): Iterable<string> {
  const errors = of.type === "suite" ? of.errors() : (of.result().errors ?? []);
  for (const { message } of errors) yield `${of.fullName}: ${message}`;
}
