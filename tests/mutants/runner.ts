import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Bench, type BenchOptions, keyOf, type Test } from "./bench.ts";
import { type Mutant, mutantsOf, withMutants } from "./sites.ts";

/** What is mutated, by which test files it is to be noticed, and what those need to be done before; paths from `root`. */
export type Plan = BenchOptions & { sources: readonly string[] };

/** What became of a mutant: noticed by a test, reached by tests of which none noticed it, or reached by none. */
export type Verdict = { mutant: Mutant; fate: "noticed" | "survived" | "unreached"; by?: string };

/** A test that takes longer than this tries a mutant after all quicker ones. */
const slowMs = 2_000;
/** So many files run at a time; what they notice the next ones do not try. */
const filesAtATime = 2;

/**
 * Runs the tests against each mutant, one awake at a time, and tells each verdict as it is found. All mutants stand asleep
 * in the sources that vitest loads; a first run of every test learns which mutants it reaches. `chosen` leaves mutants
 * out. Throws when a test fails while all mutants sleep.
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
 * Lets each test try all mutants that it reaches, on the store that its file began: quick, for mutants that are reached
 * within a test, and tests that can be repeated. Gives the tests that cannot: what they noticed is not believed.
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

/** Asks once for each selection of tests. */
function onceEach(ask: (tests: readonly Test[]) => Promise<boolean>): (tests: readonly Test[]) => Promise<boolean> {
  const known = new Map<string, Promise<boolean>>();
  return (tests) => {
    const selection = tests.map(keyOf).join();
    const answer = known.get(selection) ?? ask(tests);
    known.set(selection, answer);
    return answer;
  };
}

/** Runs file after file for one mutant, each in a fresh process. What fails without the mutant too proves nothing. */
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
 * The tests that have to try a mutant alone, likely ones first: those that reach it and cannot be repeated, and where it
 * is reached outside of all tests, as a text that is made when its module loads, those that reach what its name goes into.
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
