import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, globSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { type Bundling, build, distOf } from "./build.ts";

const root = join(import.meta.dirname, "..");

/** A domain to send mails from; a stage without one keeps them. */
const context = { mailDomain: "local.clearing.example" };

/**
 * Builds the bundles and synthesizes the local stack's template if their sources have changed. Returns the template's
 * folder. It skips validation, because `cdk synth` and the infrastructure tests validate the same stacks.
 */
export async function synthesize(log: (line: string) => void, bundling: Bundling = "each"): Promise<string> {
  const folder = join(root, "cdk.out", bundling === "each" ? "local" : "together");
  const stamp = join(folder, "sources.sha256");
  log("building the bundles");
  await build(bundling);
  const dist = distOf(bundling);
  const hash = hashOfSources(dist);
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === hash) return folder;
  log("synthesizing the template");
  execFileSync(process.execPath, [import.meta.filename, folder, dist], {
    cwd: root,
    stdio: ["ignore", "ignore", "pipe"],
  });
  writeFileSync(stamp, hash);
  removeOldBundles(folder);
  return folder;
}

const dayMs = 24 * 60 * 60 * 1000;

/**
 * Deletes the bundles, and what Node compiled of them, that no template in the folder uses and that are older than a
 * week: the CDK adds a folder for each change of a function. A stack that still runs may load a younger one.
 */
export function removeOldBundles(folder: string, now = Date.now()): void {
  const manifests = globSync("*.assets.json", { cwd: folder }).map((name) => readFileSync(join(folder, name), "utf8"));
  for (const name of globSync("asset.*", { cwd: folder })) {
    const isUsed = manifests.some((manifest) => manifest.includes(name.replace(/\.compiled$/, "")));
    const path = join(folder, name);
    if (!isUsed && (statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? now) < now - 7 * dayMs)
      rmSync(path, { recursive: true, force: true });
  }
}

/** The build's stamp represents the bundles and the contracts. */
function hashOfSources(dist: string): string {
  const files = globSync(["infra/**/*.ts", "cdk.json", "scripts/synthesize.ts"], {
    cwd: root,
    exclude: ["**/node_modules"],
  }).concat(relative(root, join(dist, "stamp")));
  const hash = createHash("sha256");
  for (const file of files.sort()) hash.update(`${file}\0`).update(readFileSync(join(root, file)));
  return hash.digest("hex");
}

/** In a separate process, which frees the CDK's memory at its end. */
if (import.meta.main) {
  const { clearing, createApp } = await import("../infra/clearing.ts");
  const { readSettings } = await import("../infra/settings.ts");
  const [outdir, dist] = process.argv.slice(2);
  if (outdir === undefined || dist === undefined)
    throw new Error("usage: synthesize.ts <folder> <folder of the build>");
  const app = createApp(context, { validated: false, outdir });
  clearing(app, readSettings(app.node, dist));
  app.synth();
}
