import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Bench, type BenchOptions, keyOf, type Test } from "./bench.ts";
import { type Mutant, mutantsOf, withMutants } from "./sites.ts";

/** The sources to mutate, the test files that must notice it, and their set-up; paths from `root`. */
export type Plan = BenchOptions & { sources: readonly string[] };

/** The result of a mutant: a test noticed it, tests reached it but did not notice it, or no test reached it. */
export type Verdict = { mutant: Mutant; fate: "noticed" | "survived" | "unreached"; by?: string };

/** Tests that take longer than this try a mutant after all quicker ones. */
const slowMs = 2_000;
/** How many files run at a time. The next ones skip the mutants that these notice. */
const filesAtATime = 2;

/**
 * Runs the tests against each mutant, one active at a time, and reports each verdict. The sources that vitest loads
 * contain all mutants, inactive. A first run of every test finds the mutants that it reaches. `chosen` selects the
 * mutants. Throws if a test fails without an active mutant.
 */
export async function testMutants(
  plan: Plan,
  tell: (verdict: Verdict) => void,
  chosen: (mutant: Mutant) => boolean = () => true,
): Promise<Verdict[]> {
  const read = plan.sources.map((path) => ({ path, text: readFileSync(join(plan.root, path), "utf8") }));
  const all = mutantsOf(read);
  const instrumented = read.map(({ path, text }): [string, string] => {
    const own = all.filter((mutant) => mutant.path === path);
    return [join(plan.root, path), withMutants(text, own)];
  });
  const bench = await Bench.open(plan, new Map(instrumented));
  try {
    const tests = await bench.learn();
    const verdicts = new Map<string, Verdict>();
    const decide = (verdict: Verdict) => {
      if (verdicts.has(verdict.mutant.id)) return;
      verdicts.set(verdict.mutant.id, verdict);
      tell(verdict);
    };
    const open = () => all.filter((mutant) => chosen(mutant) && !verdicts.has(mutant.id));
    const unrepeatable = await tryInTurn(bench, tests, open, decide);
    const soundAlone = onceEach((of: readonly Test[]) => bench.failures(of, "").then(({ length }) => length === 0));
    for (const mutant of open()) {
      decide(await tryAlone(bench, mutant, testsAlone(mutant, all, tests, unrepeatable), soundAlone));
    }
    return [...verdicts.values()];
  } finally {
    await bench.close();
  }
}

/**
 * Runs each test against all mutants that it reaches, on its file's store. This is quick, but works only for mutants
 * that are reached within a test, and for repeatable tests. Returns the tests that are not repeatable; their results
 * are ignored.
 */
async function tryInTurn(
  bench: Bench,
  tests: readonly Test[],
  open: () => Mutant[],
  decide: (verdict: Verdict) => void,
): Promise<Set<string>> {
  const unrepeatable = new Set<string>();
  for (const batch of batchesOf(tests)) {
    const waiting = open();
    const tries = Object.fromEntries(
      batch.map((test) => [keyOf(test), waiting.map(({ id }) => id).filter((id) => test.reached.has(id))]),
    );
    const running = batch.filter((test) => (tries[keyOf(test)] ?? []).length > 0);
    if (running.length === 0) continue;
    for (const { test, sound, found } of await bench.tryInTurn(running, tries)) {
      if (!sound) unrepeatable.add(test);
      for (const { id, failure } of sound ? found : []) {
        const mutant = waiting.find((one) => one.id === id);
        if (failure !== null && mutant !== undefined) decide(noticed(mutant, failure));
      }
    }
  }
  return unrepeatable;
}

function batchesOf(tests: readonly Test[]): Test[][] {
  const quick = quickestFilesFirst(tests.filter(({ ms }) => ms <= slowMs));
  const slow = quickestFilesFirst(tests.filter(({ ms }) => ms > slowMs));
  const files = [...quick, ...slow];
  return Array.from({ length: Math.ceil(files.length / filesAtATime) }, (_, index) =>
    files.slice(index * filesAtATime, (index + 1) * filesAtATime).flat(),
  );
}

function quickestFilesFirst(tests: readonly Test[]): Test[][] {
  const files = Object.values(Object.groupBy(tests, ({ file }) => file)).filter((file) => file !== undefined);
  const cost = (file: Test[]) => file.reduce((sum, { ms }) => sum + ms, 0);
  return files.toSorted((a, b) => cost(a) - cost(b));
}

/** Caches the answer for each selection of tests. */
function onceEach(ask: (tests: readonly Test[]) => Promise<boolean>): (tests: readonly Test[]) => Promise<boolean> {
  const known = new Map<string, Promise<boolean>>();
  return (tests) => {
    const selection = tests.map(keyOf).join();
    const answer = known.get(selection) ?? ask(tests);
    known.set(selection, answer);
    return answer;
  };
}

/**
 * Runs files in turn for one mutant, each in a new process. A test that also fails without the mutant does not count.
 */
async function tryAlone(
  bench: Bench,
  mutant: Mutant,
  { files, isReached }: { files: readonly Test[][]; isReached: boolean },
  isSound: (tests: readonly Test[]) => Promise<boolean>,
): Promise<Verdict> {
  for (const tests of files) {
    const [failure] = await bench.failures(tests, mutant.id);
    if (failure !== undefined && (await isSound(tests))) return noticed(mutant, failure);
  }
  return { mutant, fate: isReached ? "survived" : "unreached" };
}

/**
 * The tests that must try a mutant in a separate process, likely ones first: those that reach it and are not
 * repeatable, and, if it is reached outside tests (in a text that is built when its module loads), those that reach the
 * users of the text.
 */
function testsAlone(mutant: Mutant, all: readonly Mutant[], tests: readonly Test[], unrepeatable: Set<string>) {
  const names = new Set([mutant.within]);
  const related = new Set<string>();
  for (let known = -1; known < related.size; ) {
    known = related.size;
    for (const { id, text, within } of all) {
      if (![...names].some((name) => new RegExp(`\\b${name}\\b`).test(text))) continue;
      related.add(id);
      names.add(within);
    }
  }
  const inside = tests.filter(({ reached }) => reached.has(mutant.id));
  const outside = tests.filter((test) => test.outside.has(mutant.id) && !test.reached.has(mutant.id));
  const likely = outside.filter(({ reached }) => [...related].some((id) => reached.has(id)));
  const rest = outside.filter((test) => !likely.includes(test));
  const untried = inside.filter((test) => unrepeatable.has(keyOf(test)));
  const files = [untried, likely, rest].flatMap(quickestFilesFirst);
  return { files, isReached: inside.length > 0 || outside.length > 0 };
}

function noticed(mutant: Mutant, by: string): Verdict {
  if (/ValidationException|Invalid ConditionExpression/.test(by)) {
    throw new Error(`DynamoDB does not accept the condition of ${mutant.id}: ${by}`);
  }
  return { mutant, fate: "noticed", by };
}
