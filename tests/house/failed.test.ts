import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";

const folder = mkdtempSync(join(tmpdir(), "clearing-failed-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const vitest = join(import.meta.dirname, "../../node_modules/.bin/vitest");
const noted = JSON.stringify(join(import.meta.dirname, "../harness/failed.ts"));
const told = `import { hasFailed } from ${noted}; afterAll(() => console.log("A test has failed: " + hasFailed()));`;
const files = {
  "vitest.config.mjs": `export default { test: { globals: true, isolate: false, maxWorkers: 1, setupFiles: "setup.mjs" } };`,
  "setup.mjs": `import { noteFailures } from ${noted}; noteFailures();`,
  // The runner starts with the largest file.
  "first.test.mjs": `${told} test("fails", () => expect("a wrong value").toBe("the right value, in the largest file"));`,
  "second.test.mjs": `${told} beforeAll(() => Promise.reject(new Error("a setup failed"))); test("never runs", () => {});`,
  "third.test.mjs": `${told} test("passes", () => {}); describe("d", () => { beforeAll(() => expect(1).toBe(2)); test("x", () => {}); });`,
  "fourth.test.mjs": `${told} test("passes", () => {});`,
};

test("a failed test or hook is noted, and not for a later file of the same worker", async () => {
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);

  const output = await new Promise<string>((resolve) =>
    execFile(vitest, ["run", "--root", folder, "--reporter=dot"], (_, text) => resolve(text)),
  );

  const results = output.match(/A test has failed: \w+/g);
  expect(results, output).toEqual([true, true, true, false].map((failed) => `A test has failed: ${failed}`));
});
