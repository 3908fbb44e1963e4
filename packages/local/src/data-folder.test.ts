import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { openDataFolder, setting } from "./data-folder.ts";

const path = mkdtempSync(join(tmpdir(), "data-folder-"));
afterEach(() => rmSync(path, { recursive: true, force: true }));

test("a folder of another version is refused until it is started afresh", () => {
  openDataFolder(path, false).close();
  writeFileSync(join(path, "format"), "0");
  expect(() => openDataFolder(path, false)).toThrow("has data of format 0");
  openDataFolder(path, true).close();
  openDataFolder(path, false).close();
});

test("a folder that is open is refused, with the process that has it", () => {
  const open = openDataFolder(path, false);
  expect(() => openDataFolder(path, false)).toThrow(`is in use by another local stack (process ${process.pid})`);
  open.close();
});

test("fresh forgets everything", () => {
  const before = openDataFolder(path, false);
  setting(before.db, "clockOffset").set("1");
  before.close();
  const after = openDataFolder(path, true);
  expect(setting(after.db, "clockOffset").get()).toBeUndefined();
  after.close();
});
