import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, globSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const root = join(import.meta.dirname, "..");
/** What the bundles and the template are made from. */
const sources = [
  "{packages/{domain,contracts,store,payments,operations,runtime}/src,functions,infra}/**/*.{ts,json}",
  "scripts/build.ts",
  "{cdk,tsconfig}.json",
  "pnpm-lock.yaml",
];

/** Builds the bundles and synthesizes the template unless the sources are the same as last time; gives the template's folder. */
export function synthesize(log: (line: string) => void): string {
  const folder = join(root, "cdk.out");
  const stamp = join(folder, "sources.sha256");
  const hash = hashOfSources();
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === hash) return folder;
  const run = (command: string, ...parameters: string[]) =>
    execFileSync(command, parameters, { cwd: root, stdio: ["ignore", "ignore", "inherit"] });
  log("building the bundles");
  run(process.execPath, "scripts/build.ts");
  log("synthesizing the template");
  run(join(root, "node_modules/.bin/cdk"), "synth", "--quiet");
  writeFileSync(stamp, hash);
  return folder;
}

function hashOfSources(): string {
  const files = globSync(sources, {
    cwd: root,
    exclude: (name) => name.includes("node_modules") || name.endsWith(".test.ts"),
  });
  const hash = createHash("sha256");
  for (const file of files.sort())
    hash
      .update(file)
      .update("\0")
      .update(readFileSync(join(root, file)));
  return hash.digest("hex");
}
