import { globSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { parseSync } from "oxc-parser";
import type { Figure } from "../bench/measure.ts";
import { testMutants, type Verdict } from "./runner.ts";
import type { Mutant } from "./sites.ts";

const root = join(import.meta.dirname, "../..");

/** What writes to the tables. */
const sources = () =>
  globSync("packages/{store,commands}/src/**/*.ts", { cwd: root }).filter((path) => !path.endsWith(".test.ts"));

/** The tests that run these sources and start no stack: the stack runs bundles, which the mutants are not in. */
function tests(): string[] {
  const all = globSync(["packages/{store,commands}/src/**/*.test.ts", "tests/proofs/*.test.ts"], { cwd: root });
  return all.filter((path) => path.startsWith("packages/") || !startsStack(join(root, path), new Set()));
}

/** Whether a test imports what starts the local stack or a process, by itself or by way of others; types start nothing. */
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

/** Mutants that change nothing, and why: no test can notice them. */
const equivalent: Record<string, string> = {
  "charge.ts restoreCharge: attribute_exists(pk) always": "the update adds to a field, which an absent item lacks",
  "quote.ts useQuote: attribute_exists(pk) always": "an absent quote has no `validUntil` that is later than now",
};

/** Runs the mutants of the store and the commands whose identifier holds one of the words; all, without any word. */
export function mutateStore(words: readonly string[], tell: (verdict: Verdict) => void): Promise<Verdict[]> {
  const isNamed = ({ id }: Mutant) => words.length === 0 || words.some((word) => id.includes(word));
  const chosen = (mutant: Mutant) => isNamed(mutant) && equivalent[mutant.id] === undefined;
  return testMutants(
    { root, sources: sources(), tests: tests(), setups: ["tests/harness/global-setup.ts"] },
    tell,
    chosen,
  );
}

/** How many conditions and writes can be taken out without a test that notices it: none. */
export async function storeMutantFigures(): Promise<Figure[]> {
  const verdicts = await mutateStore([], () => {});
  const survivors = verdicts.filter(({ fate }) => fate !== "noticed");
  for (const { mutant, fate } of survivors) console.log(`  ${fate}: ${mutant.path}:${mutant.line} ${mutant.id}`);
  const value = `${survivors.length} of ${verdicts.length}`;
  return [{ what: "conditions and writes that no test misses", value, bound: { most: 0, ratio: survivors.length } }];
}
