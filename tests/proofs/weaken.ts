import { mkdtempSync, rmSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Plugin } from "esbuild";
import { type Bundles, bundlesIn } from "../../scripts/bundles.ts";
import { bundle } from "../../scripts/esbuild.ts";

/** One guard of the product that a control switches off: a source text, and its replacement. */
export type Weakening = { file: RegExp; from: RegExp; to: string };

/** Bundles functions without some of their guards into a folder. Returns `startStack`'s `bundles`. */
export async function weakened(
  names: string[],
  weakenings: Weakening[],
): Promise<{ folder: string; bundles: Bundles; remove(): void }> {
  const folder = mkdtempSync(join(import.meta.dirname, "../../node_modules/.weakened-"));
  await Promise.all(names.map((name) => bundle(name, folder, [edit(weakenings)])));
  return { folder, bundles: bundlesIn(folder), remove: () => rmSync(folder, { recursive: true, force: true }) };
}

function edit(weakenings: Weakening[]): Plugin {
  return {
    name: "weaken",
    setup(build) {
      for (const file of new Set(weakenings.map((one) => one.file))) {
        build.onLoad({ filter: file }, async ({ path }) => {
          let contents = await readFile(path, "utf8");
          for (const { file: of, from, to } of weakenings) {
            if (of !== file) continue;
            if (!from.test(contents))
              throw new Error(`${path} does not contain ${from}, so the control would change nothing`);
            contents = contents.replace(from, to);
          }
          return { contents, loader: "ts" };
        });
      }
    },
  };
}
