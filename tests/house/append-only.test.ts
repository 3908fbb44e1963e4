import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";

const root = join(import.meta.dirname, "../..");

type Source = { path: string; text: string };

const sources: Source[] = globSync(
  ["packages/{domain,contracts,store,payments,commands,runtime}/src/**/*.ts", "functions/**/*.ts"],
  {
    cwd: root,
    exclude: (path) => /(^|\/)(node_modules|testing)$/.test(path),
  },
)
  .filter((path) => !path.endsWith(".test.ts"))
  .map((path) => ({ path, text: readFileSync(join(root, path), "utf8") }));

/** The module that writes facts, and those that read them. */
const writer = "packages/store/src/append-only.ts";
const readers = ["access-log", "audit", "journal"].map((name) => `packages/store/src/${name}.ts`);

/** The ledger or the audit table: by name, by a computed name, or destructured from the tables. */
const namesFacts =
  /\btables\??\.(ledger|audit)\b|\btables\s*\[(?!"(core|clinical|clearance|outbox)"\])|\{[^{}]*\b(ledger|audit)\b[^{}]*\}\s*=\s*[\w.]*tables\b/;
const writes = /\b(Put|Update|Delete|BatchWrite|TransactWrite)\w*\b/;

/** Computes a table's name: the clinical table or the core table for a request's idempotency record. */
const chosen = ["packages/runtime/src/serve.ts"];

/** Other sources that could write a journal entry or an audit record. */
function strayWriters(of: readonly Source[]): string[] {
  return of
    .filter(({ path }) => path !== writer && !chosen.includes(path))
    .filter(({ path, text }) => namesFacts.test(text) && (!readers.includes(path) || writes.test(text)))
    .map(({ path }) => path);
}

/** Each put in a source, from its opening brace to the closing one. */
function putsIn(text: string): string[] {
  return [...text.matchAll(/\bPut: \{/g)].map(({ index, 0: opening }) => {
    let depth = 1;
    let end = index + opening.length;
    for (; depth > 0 && end < text.length; end++) depth += { "{": 1, "}": -1 }[text[end] ?? ""] ?? 0;
    return text.slice(index, end);
  });
}

const unconditional = (text: string): string[] =>
  putsIn(text).filter((put) => !/^ *ConditionExpression: "attribute_not_exists\(pk\)",/m.test(put));

describe("facts are added and never replaced", () => {
  const facts = sources.find(({ path }) => path === writer)?.text ?? "";

  test("each put into the journal, the audit log and the outbox requires that the item is new", () => {
    expect(putsIn(facts).map((put) => /tables\.(\w+)/.exec(put)?.[1])).toEqual(["outbox", "ledger", "audit", "audit"]);
    expect(unconditional(facts)).toEqual([]);
    expect(facts).not.toMatch(/\b(Update|Delete|BatchWrite)\w*\b/);
  });

  test("no other source writes to the journal or to the audit log", () => {
    expect(sources.length).toBeGreaterThan(100);
    expect(strayWriters(sources)).toEqual([]);
  });

  test("control: a put without the condition is detected", () => {
    const spoilt = facts.replace('ConditionExpression: "attribute_not_exists(pk)", // I9', "");

    expect(spoilt).not.toBe(facts);
    expect(unconditional(spoilt)).toHaveLength(1);
  });

  test.each([
    ["functions/made-up.ts", "new PutCommand({ TableName: store.tables.ledger, Item })"],
    ["functions/made-up.ts", "const { audit } = store.tables;"],
    ["packages/store/src/made-up.ts", "const TableName = store.tables[name];"],
    ["packages/store/src/journal.ts", "new UpdateCommand({ TableName: store.tables.ledger, Key })"],
  ])("control: in %s, %s is detected", (path, text) => {
    expect(strayWriters([{ path, text }])).toEqual([path]);
  });
});
