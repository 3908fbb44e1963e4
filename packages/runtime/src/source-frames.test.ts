import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { expect, test } from "vitest";
import { inSources } from "./source-frames.ts";

/** A folder with a bundle's files. It ends with the test. */
function folderWith(files: Record<string, string>, onEnd: (end: () => void) => void): string {
  const folder = mkdtempSync(join(tmpdir(), "clearing-frames-"));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  onEnd(() => rmSync(folder, { recursive: true, force: true }));
  return pathToFileURL(folder).href;
}

/** Line 2 of the bundle begins with line 5 of the source; at column 10 begins column 3 of line 8. */
const map = { version: 3, sources: ["../packages/rule.ts"], names: [], mappings: ";AAIA,SAGE" };

test("a frame names the place in the sources", ({ onTestFinished }) => {
  const folder = folderWith({ "index.mjs.map": JSON.stringify(map) }, onTestFinished);
  const source = new URL("../packages/rule.ts", `${folder}/index.mjs`).href;

  expect(inSources(`    at refuse (${folder}/index.mjs:2:10)`)).toBe(`    at refuse (${source}:8:3)`);
  expect(inSources(`    at ${folder}/index.mjs:2:1`)).toBe(`    at ${source}:5:1`);
});

test("a frame stays as it is if its file has no source map, a broken one, or none for the place", ({
  onTestFinished,
}) => {
  const files = {
    "index.mjs.map": JSON.stringify(map),
    "broken.mjs.map": "{",
    "empty.mjs.map": "null",
    "wrong.mjs.map": JSON.stringify({ ...map, sources: ["http://["] }),
    "text.txt.map": JSON.stringify(map),
  };
  const folder = folderWith(files, onTestFinished);
  const frames = [
    ...["index", "broken", "empty", "wrong", "none"].map((name) => `at f (${folder}/${name}.mjs:1:1)`),
    ...["broken", "empty", "wrong", "none"].map((name) => `at f (${folder}/${name}.mjs:2:1)`),
    ...[`at f (${folder}/text.txt:2:1)`, "at f (file:///dev/zero#.mjs:1:1)", "at f (file::2:1)"],
    ...["at node:internal/process/task_queues:105:5", "at async Promise.all (index 0)"],
  ];

  expect(frames.map(inSources)).toEqual(frames);
});
