import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, globSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { build } from "./build.ts";

const root = join(import.meta.dirname, "..");

/** A domain to send mails from; a stage without one keeps them. */
const context = { mailDomain: "local.clearing.example" };

/**
 * Builds the bundles and synthesizes the local stack's template if their sources have changed. Returns the template's
 * folder. It skips validation, because `cdk synth` and the infrastructure tests validate the same stacks.
 */
export async function synthesize(log: (line: string) => void): Promise<string> {
  const folder = join(root, "cdk.out/local");
  const stamp = join(folder, "sources.sha256");
  log("building the bundles");
  await build();
  const hash = hashOfSources();
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === hash) return folder;
  log("synthesizing the template");
  execFileSync(process.execPath, [import.meta.filename, folder], { cwd: root, stdio: ["ignore", "ignore", "pipe"] });
  writeFileSync(stamp, hash);
  return folder;
}

/** The build's stamp represents the bundles and the contracts. */
function hashOfSources(): string {
  const files = globSync(["infra/**/*.ts", "cdk.json", "dist/stamp", "scripts/synthesize.ts"], {
    cwd: root,
    exclude: ["**/node_modules"],
  });
  const hash = createHash("sha256");
  for (const file of files.sort()) hash.update(`${file}\0`).update(readFileSync(join(root, file)));
  return hash.digest("hex");
}

/** In a separate process, which frees the CDK's memory at its end. */
if (import.meta.main) {
  const { clearing, createApp } = await import("../infra/clearing.ts");
  const { readSettings } = await import("../infra/settings.ts");
  const outdir = process.argv[2];
  if (outdir === undefined) throw new Error("usage: synthesize.ts <folder>");
  const app = createApp(context, { validated: false, outdir });
  clearing(app, readSettings(app.node));
  app.synth();
}
