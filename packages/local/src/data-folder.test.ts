import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { openDataFolder, StartRefused, setting } from "./data-folder.ts";

const path = mkdtempSync(join(tmpdir(), "data-folder-"));
afterEach(() => rmSync(path, { recursive: true, force: true }));

test("a folder of another version is refused without --fresh", () => {
  openDataFolder(path, false).close();
  writeFileSync(join(path, "format"), "0");
  expect(() => openDataFolder(path, false)).toThrow(
    /has data in format 0, .*To keep the data, .* CLEARING_DATA_DIR\. To delete it, start with --fresh$/,
  );
  openDataFolder(path, true).close();
  openDataFolder(path, false).close();
});

test("a folder that is open is refused, with the process that has it", () => {
  const open = openDataFolder(path, false);
  expect(() => openDataFolder(path, false)).toThrow(`is in use by another local stack (process ${process.pid})`);
  open.close();
});

test("fresh empties the folder", () => {
  const before = openDataFolder(path, false);
  setting(before.db, "clockOffset").set("1");
  before.close();
  const after = openDataFolder(path, true);
  expect(setting(after.db, "clockOffset").get()).toBeUndefined();
  after.close();
});

test("fresh refuses to empty a foreign folder", () => {
  mkdirSync(join(path, "logs"), { recursive: true });
  writeFileSync(join(path, "logs", "theirs.log"), "");

  expect(() => openDataFolder(path, true)).toThrow(`${path} is not a Clearing data folder`);
  expect(existsSync(join(path, "logs", "theirs.log"))).toBe(true);
});

test.each([
  ["below a file", join(import.meta.filename, "data")],
  ["that is a file", import.meta.filename],
  ["where nothing can be written", "/proc/clearing"],
])("a folder %s is refused in a line", (_, impossible) => {
  expect(() => openDataFolder(impossible, false)).toThrow(StartRefused);
  expect(() => openDataFolder(impossible, false)).toThrow(`the data folder ${impossible} cannot be created or written`);
});
