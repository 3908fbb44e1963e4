import { join, relative } from "node:path";
import { Stryker } from "@stryker-mutator/core";
import type { Figure } from "../bench/measure.ts";

const root = join(import.meta.dirname, "../..");
const here = relative(root, import.meta.dirname);
const domain = "packages/domain/src";

/** How many of a folder's mutants the tests notice. */
export type FolderScore = { folder: string; noticed: number; mutants: number };

/**
 * Runs Stryker on the domain, or on the named folders of it, with the domain's tests. Prints a report of each survivor.
 * Reuses the results of an earlier run for unchanged code and tests (in `node_modules`).
 */
export async function mutateDomain(folders: readonly string[] = []): Promise<FolderScore[]> {
  const sources = folders.length === 0 ? ["**"] : folders.map((folder) => `${folder}/**`);
  const results = await new Stryker({
    mutate: [...sources.map((source) => `${domain}/${source}/*.ts`), `!${domain}/testing/**`, "!**/*.test.ts"],
    testRunner: "vitest",
    vitest: { configFile: `${here}/domain.vitest.ts`, related: false },
    plugins: ["@stryker-mutator/vitest-runner", `./${here}/assertion-messages.ts`],
    ignorers: ["assertion-messages"],
    coverageAnalysis: "perTest",
    // A mutant in a value that is computed when its module loads would need a run of all tests.
    ignoreStatic: true,
    // The number of iterations detects an endless loop. A time-out must be long, since a busy machine is slow.
    timeoutMS: 30_000,
    concurrency: 2,
    incremental: true,
    incrementalFile: "node_modules/.stryker/incremental.json",
    tempDirName: "node_modules/.stryker/copies",
    ignorePatterns: ["/*", "!/packages", "/packages/*", "!/packages/domain", "!/tests", "/tests/*", `!/${here}`],
    // Stryker would rewrite it with a parser that TypeScript 7 no longer has.
    tsconfigFile: "none",
    reporters: ["clear-text"],
    clearTextReporter: { allowColor: false, logTests: false, reportTests: false },
  }).runMutationTest();
  const byFolder = Object.groupBy(results, ({ fileName }) => folderOf(fileName));
  return Object.entries(byFolder).map(([folder, ofFolder = []]) => {
    const count = (...statuses: string[]) => ofFolder.filter(({ status }) => statuses.includes(status)).length;
    const noticed = count("Killed", "Timeout");
    return { folder, noticed, mutants: noticed + count("Survived", "NoCoverage") };
  });
}

const folderOf = (path: string): string => relative(join(root, domain), path).split("/")[0] ?? "";

/** The sum of several folders' scores. */
export function overall(scores: readonly FolderScore[]): FolderScore {
  const sum = (of: (score: FolderScore) => number) => scores.reduce((total, score) => total + of(score), 0);
  return { folder: "all", noticed: sum(({ noticed }) => noticed), mutants: sum(({ mutants }) => mutants) };
}

export const scored = ({ noticed, mutants }: FolderScore): string =>
  `${noticed} of ${mutants} (${((100 * noticed) / mutants).toFixed(1)} %)`;

/** The domain's score with its bound, and the score of each folder. */
export async function domainMutantFigures(): Promise<Figure[]> {
  const folders = await mutateDomain();
  const all = overall(folders);
  return [
    {
      what: "mutants of the domain that its tests notice",
      value: scored(all),
      bound: { least: 0.85, ratio: all.noticed / all.mutants },
    },
    ...folders.map((one) => ({ what: `mutants of \`domain/${one.folder}\` that they notice`, value: scored(one) })),
  ];
}
