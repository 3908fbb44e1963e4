import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { filesOf } from "../harness/pages.ts";
import { guardsAmong, storeMutants } from "../mutants/store.ts";

const root = join(import.meta.dirname, "../..");
const page = readFileSync(join(root, "docs/invariants.md"), "utf8");

test("the page of the invariants names existing files", () => {
  const paths = [...page.matchAll(/`([\w./{},*-]+\.ts)`/g)].map(([, path = ""]) => path);
  expect(paths.length).toBeGreaterThan(30);
  expect(paths.filter((path) => filesOf(path).length === 0)).toEqual([]);
});

test("the guards that the page names are in their files", () => {
  const guards = [...page.matchAll(/`([\w./-]+\.ts)`: `(\w+)`/g)].map(([, path = "", name = ""]) => ({ path, name }));
  expect(guards.length).toBeGreaterThan(5);
  const missing = guards.filter(
    ({ path, name }) => !filesOf(path).some((file) => readFileSync(join(root, file), "utf8").includes(name)),
  );
  expect(missing).toEqual([]);
});

test("the mutants include each guard that is a condition of a write", () => {
  const mutants = storeMutants().map((mutant) => ({ mutant }));
  expect([...guardsAmong(mutants).keys()]).toEqual(expect.arrayContaining(["I1", "I2", "I4", "I6", "I9", "I10"]));
  const named = [...page.matchAll(/`store\/[\w-]+\.ts`: `(\w+)`/g)].map(([, name]) => name);
  expect(named.length).toBeGreaterThan(5);
  expect(named.filter((name) => !mutants.some(({ mutant }) => mutant.within === name))).toEqual([]);
});
