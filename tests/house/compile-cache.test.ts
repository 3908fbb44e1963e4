import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { deleteIfLarge } from "../harness/compile-cache.ts";

test("a compile cache is deleted once it holds more files than allowed", () => {
  const folder = mkdtempSync(join(tmpdir(), "compiled-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const cache = join(folder, "cache");
  expect(() => deleteIfLarge(cache, 0)).not.toThrow();
  mkdirSync(join(cache, "v24"), { recursive: true });
  for (const name of ["one", "two"]) writeFileSync(join(cache, "v24", name), "");

  deleteIfLarge(cache, 3);
  expect(existsSync(cache)).toBe(true);
  deleteIfLarge(cache, 2);
  expect(existsSync(cache)).toBe(false);
});
