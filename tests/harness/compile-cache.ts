import { existsSync, readdirSync, rmSync } from "node:fs";

/** After some twenty-five runs of all unit tests, a hundred megabytes. */
const mostFiles = 20_000;

/**
 * Deletes Node's compile cache when it has grown too large. Node deletes nothing from it, and at each run vitest imports
 * each test file from another URL.
 */
export default function setup(): void {
  const folder = process.env.NODE_COMPILE_CACHE;
  if (folder !== undefined) deleteIfLarge(folder, mostFiles);
}

export function deleteIfLarge(folder: string, most: number): void {
  if (!existsSync(folder)) return;
  const files = readdirSync(folder, { recursive: true });
  if (files.length > most) rmSync(folder, { recursive: true, force: true });
}
