import { join, relative } from "node:path";
import { Stryker } from "@stryker-mutator/core";
import type { Figure } from "../bench/measure.ts";

const root = join(import.meta.dirname, "../..");
const here = relative(root, import.meta.dirname);

/** Of the mutants that tests can notice, so many are noticed. */
export type DomainScore = { noticed: number; mutants: number; score: number };

/**
 * Runs Stryker over the domain, or over those of its folders that are named, against the domain's own tests. A report of
 * each survivor is printed. What an earlier run found of unchanged code and tests is taken from it (`node_modules`).
 */
export async function mutateDomain(folders: readonly string[] = []): Promise<DomainScore> {
  const sources = folders.length === 0 ? ["**"] : folders.map((folder) => `${folder}/**`);
  const results = await new Stryker({
    mutate: [
      ...sources.map((source) => `packages/domain/src/${source}/*.ts`),
      "!packages/domain/src/testing/**",
      "!**/*.test.ts",
    ],
    testRunner: "vitest",
    vitest: { configFile: `${here}/domain.vitest.ts`, related: false },
    plugins: ["@stryker-mutator/vitest-runner", `./${here}/assertion-messages.ts`],
    ignorers: ["assertion-messages"],
    coverageAnalysis: "perTest",
    // A value that is made once, when its module loads, takes a run of all tests for each mutant.
    ignoreStatic: true,
    concurrency: 2,
    incremental: true,
    incrementalFile: "node_modules/.stryker/incremental.json",
    tempDirName: "node_modules/.stryker/copies",
    ignorePatterns: ["/*", "!/packages", "/packages/*", "!/packages/domain", "!/tests", "/tests/*", `!/${here}`],
    // Stryker would rewrite it with a parser that TypeScript 7 has no longer.
    tsconfigFile: "none",
    reporters: ["clear-text"],
    clearTextReporter: { allowColor: false, logTests: false, reportTests: false },
  }).runMutationTest();
  const count = (...statuses: string[]) => results.filter(({ status }) => statuses.includes(status)).length;
  const noticed = count("Killed", "Timeout");
  const mutants = noticed + count("Survived", "NoCoverage");
  return { noticed, mutants, score: noticed / mutants };
}

/** The domain's score, and what it has to be. */
export async function domainMutantFigures(): Promise<Figure[]> {
  const { noticed, mutants, score } = await mutateDomain();
  const value = `${noticed} of ${mutants} (${percent(score)})`;
  return [{ what: "mutants of the domain that its tests notice", value, bound: { least: 0.85, ratio: score } }];
}

export const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;
