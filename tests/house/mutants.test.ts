import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, describe, expect, test } from "vitest";
import { clausesOf } from "../mutants/condition.ts";
import { mutantsOf, withMutants } from "../mutants/sites.ts";

const root = join(import.meta.dirname, "../..");

const textsOf = (condition: string) =>
  clausesOf(condition)?.map(({ start, end, becomes }) => `${condition.slice(start, end)} ${becomes}`);

describe("the clauses of a condition", () => {
  test("are the operands of AND, and the alternatives of OR", () => {
    expect(textsOf("attribute_not_exists(a) AND (b = :b OR c <= :c)")).toEqual([
      "attribute_not_exists(a) always",
      "(b = :b OR c <= :c) always",
      "b = :b never",
      "c <= :c never",
    ]);
    expect(textsOf("a = :a OR (b < :b AND contains(c, :c))")).toEqual([
      "a = :a OR (b < :b AND contains(c, :c)) always",
      "a = :a never",
      "(b < :b AND contains(c, :c)) never",
      "b < :b always",
      "contains(c, :c) always",
    ]);
    expect(textsOf(" AND dues[0].#status = :paid")).toEqual(["dues[0].#status = :paid always"]);
  });

  test.each(["a cohort", "SET a = :a", " AND ", "BKG#", "a, b", ""])("do not exist in %j", (text) => {
    expect(clausesOf(text)).toBeNull();
  });
});

const lock = `
type Guarded<Refusal> = { write: object; refusal: Refusal };
export const claim = () => ({ ConditionExpression: "attribute_not_exists(owner) AND #until <= :now" });
export const letGo = (): Guarded<string> => ({ write: { ConditionExpression: \`owner = :us\` }, refusal: "stale" });
export const writes = (two: boolean) => [letGo(), ...(two ? [letGo()] : [])];
`;

test("each clause and each write of a list is a mutant, and inactive mutants do not change the source's meaning", async () => {
  const mutants = mutantsOf([{ path: "lock.ts", text: lock }]);
  expect(mutants.map(({ id }) => id)).toEqual([
    "lock.ts claim: attribute_not_exists(owner) always",
    "lock.ts claim: #until <= :now always",
    "lock.ts letGo: owner = :us always",
    "lock.ts writes: letGo()",
    "lock.ts writes: ...(two ? [letGo()] : [])",
  ]);
  const made = withMutants(lock, mutants);
  expect(made).toContain('"(attribute_not_exists(owner) OR NOT attribute_not_exists(owner)) AND #until <= :now"');
  expect(made).toContain("`(owner = :us OR NOT owner = :us)`");
});

test("each write that is pushed to a list, and each that is committed, is a mutant", () => {
  const text = `
type Guarded<Refusal> = { write: object; refusal: Refusal };
const letGo = (): Guarded<string> => ({ write: {}, refusal: "stale" });
const made = letGo();
export const kept = () => commit([made]);
export const ended = (more: Guarded<string>[]) => [...(more)].push(letGo(), ...more);
export const both = async () => [...(await Promise.all([letGo()]))];
`;
  expect(mutantsOf([{ path: "lock.ts", text }]).map(({ id }) => id)).toEqual([
    "lock.ts kept: made",
    "lock.ts ended: letGo()",
    "lock.ts ended: ...more",
    "lock.ts both: ...(await Promise.all([letGo()]))",
  ]);
});

test("a condition in a variable is a mutant, also in a shorthand property", () => {
  const text = "export const put = (ConditionExpression: string) => ({ ConditionExpression });";
  const mutants = mutantsOf([{ path: "put.ts", text }]);
  expect(withMutants(text, mutants)).toContain('({ ConditionExpression: __always("put.ts put: ConditionExpression", ');
});

/** In node_modules, so that its tests find vitest. */
const folder = mkdtempSync(join(root, "node_modules/.mutants-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test("a mutant that no test notices is reported as survived", async () => {
  writeFileSync(join(folder, "lock.ts"), lock);
  // This test does not check the second half of the condition.
  writeFileSync(
    join(folder, "lock.test.ts"),
    `import { describe, expect, test } from "vitest";
     import { claim, writes } from "./lock.ts";
     describe("a lock", () => test("claim", () => expect(claim().ConditionExpression).toMatch(/^attribute_not_exists/)));
     test("writes", () => expect(writes(true)).toHaveLength(2));`,
  );
  const script = `
    const { testMutants } = await import(${JSON.stringify(join(root, "tests/mutants/runner.ts"))});
    const plan = { root: ${JSON.stringify(folder)}, sources: ["lock.ts"], tests: ["lock.test.ts"] };
    const verdicts = await testMutants(plan, () => {});
    console.log(JSON.stringify(verdicts.map(({ mutant, fate }) => [mutant.text, fate])));`;
  const { stdout } = await promisify(execFile)(process.execPath, ["--input-type=module", "-e", script], {
    cwd: root,
    env: { PATH: process.env.PATH },
  });
  expect(Object.fromEntries(JSON.parse(stdout.trim().split("\n").at(-1) ?? ""))).toEqual({
    "attribute_not_exists(owner) always": "noticed",
    "#until <= :now always": "survived",
    "owner = :us always": "survived",
    "letGo()": "noticed",
    "...(two ? [letGo()] : [])": "noticed",
  });
}, 120_000);
