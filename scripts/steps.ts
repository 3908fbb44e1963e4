import { spawn } from "node:child_process";
import { join } from "node:path";

export const root = join(import.meta.dirname, "..");
export const bin = (name: string) => join(root, "node_modules/.bin", name);

/** One command with its display name. */
export type Step = readonly [name: string, command: string, ...parameters: string[]];

/** The static checks of the sources. */
export const checks: readonly Step[] = [
  ["types", bin("tsc"), "--noEmit"],
  ["lint", bin("biome"), "check", "--error-on-warnings", "."],
  ["unused code", bin("knip")],
];

/** Runs a command. `said` receives its output; without it the output is inherited. Resolves to true if it succeeded. */
export function run(command: string, parameters: readonly string[], said?: (output: Buffer) => void): Promise<boolean> {
  return new Promise((resolve) => {
    const child = spawn(command, parameters, { cwd: root, stdio: said ? ["ignore", "pipe", "pipe"] : "inherit" });
    for (const stream of [child.stdout, child.stderr]) if (said) stream?.on("data", said);
    child.on("error", (error) => {
      console.error(error.message);
      resolve(false);
    });
    child.on("close", (code) => resolve(code === 0));
  });
}

/** The line that reports how a step ended. */
export const outcome = (name: string, ok: boolean, seconds: number): string =>
  `${ok ? "passed" : "FAILED"}  ${name} (${seconds.toFixed(1)} s)\n`;

/** Runs steps one after another, even after a failure. Calls `ended` after each. */
export async function runAll(
  steps: readonly Step[],
  ended: (name: string, ok: boolean, seconds: number) => void,
): Promise<void> {
  for (const [name, command, ...parameters] of steps) {
    const started = performance.now();
    const output: Buffer[] = [];
    const ok = await run(command, parameters, (part) => output.push(part));
    console.log([`=== ${name}`, Buffer.concat(output).toString().trimEnd()].filter((text) => text !== "").join("\n"));
    ended(name, ok, (performance.now() - started) / 1_000);
  }
}
