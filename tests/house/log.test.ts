import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";

const root = join(import.meta.dirname, "../..");
const sources = globSync(["packages/{domain,store,payments,commands,runtime}/src/**/*.ts", "functions/**/*.ts"], {
  cwd: root,
  exclude: (path) => /(^|\/)(node_modules|testing)$/.test(path),
})
  .filter((path) => !path.endsWith(".test.ts"))
  .map((path) => ({ path, text: readFileSync(join(root, path), "utf8") }));

/** Calls whose words are not the same each time: a template, a variable, another's message. */
const changingWords = (text: string): string[] =>
  [...text.matchAll(/(?:\blog(?:Of\([^)]*\))?\.(?:info|warn|error)|\bnew Failure)\(\s*([^\s][^\n]*)/g)]
    .map(([, first = ""]) => first)
    .filter((first) => !/^(?:is\w+ \? "[^"$]*" : )?"[^"$]*"/.test(first));

/** What is printed past the log, whose fields are checked. */
const printsPastIt = (text: string): boolean => /\bconsole\.|\bprocess\.std(out|err)\b/.test(text);

describe("the log", () => {
  test("says the same words each time: what changes is in checked fields", () => {
    const found = sources.flatMap(({ path, text }) => changingWords(text).map((words) => `${path}: ${words}`));

    expect(found).toEqual([]);
  });

  test("has no way past it", () => {
    const past = sources.filter(({ text }) => printsPastIt(text)).map(({ path }) => path);

    expect(past).toEqual(["packages/runtime/src/log.ts"]);
  });

  test.each([
    "log.warn(`no mail to $" + "{address}`)",
    "deps.log.info(error.message)",
    "new Failure(`Stripe said $" + "{message}`)",
    "logOf(event).error(text, error)",
  ])("control: %s is seen", (call) => {
    expect(changingWords(call)).toHaveLength(1);
  });
});
