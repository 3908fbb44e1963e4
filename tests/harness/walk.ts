import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { World } from "./world.ts";

/** The commands of a document's walk. */
export function walk(document = "README.md"): string {
  const text = readFileSync(join(import.meta.dirname, "../..", document), "utf8");
  const lines = /<!-- walk -->\n```sh\n(.*?)```/s.exec(text)?.[1];
  if (lines === undefined) throw new Error(`${document} has no commands to run`);
  return lines;
}

/** Runs a program to its end with the given input and the ports of a stack, without forced colors. */
export async function run({ stack }: World, program: string, words: readonly string[], input = "") {
  const { apiUrl, simulatorUrl, dataDir } = stack;
  const variables = {
    PORT: portOf(apiUrl),
    STRIPE_SIMULATOR_PORT: portOf(simulatorUrl),
    CLEARING_DATA_DIR: dataDir,
    FORCE_COLOR: undefined,
  };
  const child = spawn(program, words, { env: { ...process.env, ...variables } });
  child.stdin.end(input);
  const [output, errors] = await Promise.all([child.stdout.toArray(), child.stderr.toArray()]);
  return { output: output.join(""), errors: errors.join("") };
}

const portOf = (url: string | undefined) => new URL(url ?? "").port;

/** What the comments after a walk's commands say that they print. */
export const promised = (document: string) =>
  [...walk(document).matchAll(/ # (.+)$/gm)].flatMap(([, words = ""]) => words.split(", "));

/** The lines of an output that are one of these words. */
export const linesOf = (output: string, words: readonly string[]) =>
  output.split("\n").filter((line) => words.includes(line));
