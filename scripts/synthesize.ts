import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, globSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { build } from "./build.ts";

const root = join(import.meta.dirname, "..");

/** A domain to send mails from, without which a stage keeps them. */
const context = { mailDomain: "local.clearing.example" };

/**
 * Builds the bundles and synthesizes the local stack's template, as far as their sources have changed; gives the
 * template's folder. `cdk synth` and the tests of the infrastructure judge the same stacks: here nobody judges them.
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

/** The build's own stamp stands for the bundles and the contracts. */
function hashOfSources(): string {
  const files = globSync(["infra/**/*.ts", "cdk.json", "dist/stamp", "scripts/synthesize.ts"], {
    cwd: root,
    exclude: ["**/node_modules"],
  });
  const hash = createHash("sha256");
  for (const file of files.sort()) hash.update(`${file}\0`).update(readFileSync(join(root, file)));
  return hash.digest("hex");
}

/** In a process of its own, which gives back the memory that the CDK takes. */
if (import.meta.main) {
  const { clearing, createApp } = await import("../infra/clearing.ts");
  const { readSettings } = await import("../infra/settings.ts");
  const outdir = process.argv[2];
  if (outdir === undefined) throw new Error("usage: synthesize.ts <folder>");
  const app = createApp(context, { validated: false, outdir });
  clearing(app, readSettings(app.node));
  app.synth();
}
