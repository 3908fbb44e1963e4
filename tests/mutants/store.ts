import { globSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { parseSync } from "oxc-parser";
import type { Figure } from "../bench/measure.ts";
import { testMutants, type Verdict } from "./runner.ts";
import { type Mutant, mutantsOf } from "./sites.ts";

const root = join(import.meta.dirname, "../..");

/** The sources that write to the tables. */
const sources = () =>
  globSync("packages/{store,commands}/src/**/*.ts", { cwd: root }).filter((path) => !path.endsWith(".test.ts"));

/**
 * The tests that run these sources without a stack, because a stack runs bundles, which contain no mutants. Tests of
 * the writes run first: they are quick, and notice nearly all mutants.
 */
function tests(): { first: string[]; rest: string[] } {
  const all = globSync(["packages/{store,commands}/src/**/*.test.ts", "tests/proofs/*.test.ts"], { cwd: root });
  const usable = all.filter((path) => path.startsWith("packages/") || !startsStack(join(root, path), new Set()));
  const isFirst = (path: string) => path.startsWith("packages/") || ofWrites.test(path);
  return { first: usable.filter(isFirst), rest: usable.filter((path) => !isFirst(path)) };
}

const ofWrites = /\/(conditions|versions|single-writes|written-together|catalogue-writes|meanwhile)\.test\.ts$/;

/** Whether a test imports, directly or not, a module that starts the local stack or a process. Types do not count. */
function startsStack(file: string, seen: Set<string>): boolean {
  if (seen.has(file)) return false;
  seen.add(file);
  return importsOf(file).some((name) => {
    if (name === "@clearing/local" || name === "node:child_process") return true;
    const imported = join(dirname(file), name);
    return name.startsWith(".") && imported.startsWith(join(root, "tests/")) && startsStack(imported, seen);
  });
}

function importsOf(file: string): string[] {
  const { staticImports } = parseSync(file, readFileSync(file, "utf8")).module;
  const run = staticImports.filter(({ entries }) => entries.length === 0 || entries.some(({ isType }) => !isType));
  return run.map(({ moduleRequest }) => moduleRequest.value);
}

/** Runs the mutants of the store and the commands whose id contains one of the words; without words all. */
export async function mutateStore(words: readonly string[], tell: (verdict: Verdict) => void): Promise<Verdict[]> {
  const { first, rest } = tests();
  const plan = { root, sources: sources(), setups: ["tests/harness/global-setup.ts"] };
  const isNamed = ({ id }: Mutant) => words.length === 0 || words.some((word) => id.includes(word));
  const isNoticed = ({ fate }: Verdict) => fate === "noticed";

  const early = await testMutants({ ...plan, tests: first }, (verdict) => isNoticed(verdict) && tell(verdict), isNamed);
  const open = new Set(early.filter((verdict) => !isNoticed(verdict)).map(({ mutant }) => mutant.id));
  if (open.size === 0) return early;
  const late = await testMutants({ ...plan, tests: rest }, tell, ({ id }) => open.has(id));
  return [...early.filter(isNoticed), ...late];
}

/** All mutants of the store and the commands. */
export const storeMutants = (): Mutant[] =>
  mutantsOf(sources().map((path) => ({ path, text: readFileSync(join(root, path), "utf8") })));

/** The mutants of the guards that `docs/invariants.md` names, by invariant. */
export function guardsAmong<Of extends { mutant: Mutant }>(verdicts: readonly Of[]): Map<string, Of[]> {
  const page = readFileSync(join(root, "docs/invariants.md"), "utf8");
  const rows = [...page.matchAll(/^\| (I\d+) \| [^|]* \| ([^|]*) \|/gm)];
  return new Map(
    rows.flatMap(([, invariant = "", guardedIn = ""]) => {
      const named = new Set([...guardedIn.matchAll(/`([^`]+)`/g)].map(([, name = ""]) => name));
      const isGuard = ({ path, within }: Mutant) =>
        named.has(within) || named.has(path.replace(/^packages\/(\w+)\/src/, "$1"));
      const guards = verdicts.filter(({ mutant }) => isGuard(mutant));
      return guards.length === 0 ? [] : [[invariant, guards] as const];
    }),
  );
}

/** How many conditions and writes can be removed without a test that notices it. The bound is 0. */
export async function storeMutantFigures(): Promise<Figure[]> {
  const verdicts = await mutateStore([], () => {});
  const survivors = verdicts.filter(({ fate }) => fate !== "noticed");
  for (const { mutant, fate } of survivors) console.log(`  ${fate}: ${mutant.path}:${mutant.line} ${mutant.id}`);
  const missed = (what: string, of: readonly Verdict[]): Figure => {
    const left = of.filter(({ fate }) => fate !== "noticed").length;
    return { what, value: `${left} of ${of.length}`, bound: { most: 0, ratio: left } };
  };
  const guards = [...guardsAmong(verdicts)].map(([invariant, of]) =>
    missed(`guards of ${invariant} whose removal no test notices`, of),
  );
  return [missed("conditions and writes whose removal no test notices", verdicts), ...guards];
}
