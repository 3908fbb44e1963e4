import { inject, type RunnerTask, type RunnerTestCase, TestRunner, type TestTryOptions } from "vitest";

declare module "vitest" {
  interface ProvidedContext {
    /** The mutant that is active while modules load; "" if none is. */
    mutant: string;
    /** The mutants to activate in turn in each test, by `keyOf`. Finally the test runs once without a mutant. */
    tries: Record<string, string[]>;
  }
  interface TaskMeta {
    /** The mutants that the test reached. */
    reached?: readonly string[];
    /** The mutants that its file reached outside tests. */
    outside?: readonly string[];
    /** The mutant of each of the test's runs. */
    tried?: readonly string[];
  }
}

/** The active mutant and the reached ones. The instrumented sources use it. */
let awake = "";
let reached = new Set<string>();

function mutant(id: string): boolean {
  reached.add(id);
  return id === awake;
}

type Conditional = { ConditionExpression?: string };
const always = (condition: string) => `(${condition}) OR NOT (${condition})`;

Object.assign(globalThis, {
  __mutant: mutant,
  /** A condition from a variable. */
  __always: (id: string, condition: string): string => (mutant(id) ? always(condition) : condition),
  /** The fields of a write that contain its condition. */
  __anyway: (id: string, { ConditionExpression = "", ...rest }: Conditional): Conditional => ({
    ...rest,
    ConditionExpression: mutant(id) ? always(ConditionExpression) : ConditionExpression,
  }),
});

/** A test's file and full name, as in vitest's reports. */
function keyOf(test: RunnerTestCase): string {
  const names = [test.name];
  for (let suite = test.suite; suite !== undefined && suite !== test.file; suite = suite.suite)
    names.unshift(suite.name);
  return `${test.file.filepath} ${names.join(" > ")}`;
}

/** Runs each test once for each of its mutants. Later tests of the file skip a mutant that was noticed. */
export default class Awakening extends TestRunner {
  #outside: readonly string[] = [];
  #tried: readonly string[] = [];
  readonly #noticed = new Set<string>();

  constructor(...parameters: ConstructorParameters<typeof TestRunner>) {
    super(...parameters);
    awake = inject("mutant");
  }

  override async onBeforeRunTask(test: RunnerTask): Promise<void> {
    if (test.type === "test") {
      const tries = inject("tries")[keyOf(test)]?.filter((id) => !this.#noticed.has(id)) ?? [];
      this.#tried = [...tries, inject("mutant")];
      test.repeats = tries.length;
      test.meta.tried = this.#tried;
      this.#outside = [...new Set([...this.#outside, ...reached])];
    }
    await super.onBeforeRunTask(test);
  }

  override onBeforeTryTask(test: RunnerTask, options: TestTryOptions): void {
    awake = this.#tried[options.repeats] ?? "";
    reached = new Set();
    super.onBeforeTryTask(test, options);
  }

  override async onAfterRetryTask(test: RunnerTestCase, options: TestTryOptions): Promise<void> {
    if (test.result?.state === "fail") this.#noticed.add(awake);
    test.meta.reached = [...reached];
    test.meta.outside = this.#outside;
    awake = inject("mutant");
    reached = new Set();
    await super.onAfterRetryTask(test, options);
  }
}
