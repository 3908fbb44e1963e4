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

/** Calls whose message is not a constant: a template, a variable, another error's message. */
const changingWords = (text: string): string[] =>
  [...text.matchAll(/(?:\blog(?:Of\([^)]*\))?\.(?:info|warn|error)|\bnew Failure)\(\s*([^\s][^\n]*)/g)]
    .map(([, first = ""]) => first)
    .filter((first) => !/^(?:is\w+ \? "[^"$]*" : )?"[^"$]*"/.test(first));

/** Messages that are hard to search for: long, capitalized, or in words that need a second reading. */
const hardToFind = (text: string): string[] =>
  [
    ...text.matchAll(
      /(?:\blog(?:Of\([^)]*\))?\.(?:info|warn|error)|\bnew Failure)\((?:is\w+ \? ("[^"]*") : )?("[^"]*")/g,
    ),
  ]
    .flatMap(([, either, message]) => [either, message])
    .filter((message) => message !== undefined)
    .filter(
      (message) => message.length > 62 || !/^"[a-z]/.test(message) || /\b(?:that|which|anew|none)\b/.test(message),
    );

/** Whether a source prints without the log, which checks its fields. */
const printsPastIt = (text: string): boolean => /\bconsole\.|\bprocess\.std(out|err)\b/.test(text);

describe("the log", () => {
  test("has constant messages; variable values are in checked fields", () => {
    const found = sources.flatMap(({ path, text }) => changingWords(text).map((words) => `${path}: ${words}`));

    expect(found).toEqual([]);
  });

  test("has short, plain messages that can be searched for", () => {
    const found = sources.flatMap(({ path, text }) => hardToFind(text).map((message) => `${path}: ${message}`));

    expect(found).toEqual([]);
  });

  test.each([
    'log.warn("Stripe did not do it")',
    'log.info("events that no webhook had brought")',
    'log.error(isRefusal ? "The bus refused" : "the bus did not answer", error)',
    `new Failure("${"a long message ".repeat(5)}")`,
  ])("control: the message of %s is detected", (call) => {
    expect(hardToFind(call)).toHaveLength(1);
  });

  test("is the only way to print", () => {
    const past = sources.filter(({ text }) => printsPastIt(text)).map(({ path }) => path);

    expect(past).toEqual(["packages/runtime/src/log.ts"]);
  });

  test.each([
    "log.warn(`no mail to $" + "{address}`)",
    "deps.log.info(error.message)",
    "new Failure(`Stripe said $" + "{message}`)",
    "logOf(event).error(text, error)",
  ])("control: %s is detected", (call) => {
    expect(changingWords(call)).toHaveLength(1);
  });
});
