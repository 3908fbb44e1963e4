import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import seed from "../../scripts/seed.ts";
import { startWorld, type World } from "../harness/world.ts";

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.stop());

/** The README's own lines; only the two addresses are this run's. */
function walk(): string {
  const readme = readFileSync(join(import.meta.dirname, "../../README.md"), "utf8");
  const lines = /<!-- walk -->\n```sh\n(.*?)```/s.exec(readme)?.[1];
  if (lines === undefined) throw new Error("the README has no walk");
  return lines
    .replace("http://127.0.0.1:8787", world.stack.apiUrl)
    .replace("http://127.0.0.1:8790", world.stack.simulatorUrl ?? "");
}

/** Runs a program to its end on what it is given to read; colors are not forced upon it. */
async function run(program: string, words: readonly string[], input = "") {
  const child = spawn(program, words, { env: { ...process.env, FORCE_COLOR: undefined } });
  child.stdin.end(input);
  const [output, errors] = await Promise.all([child.stdout.toArray(), child.stderr.toArray()]);
  return { output: output.join(""), errors: errors.join("") };
}

const runDemo = () => {
  const script = join(import.meta.dirname, "../../scripts/demo.ts");
  return run(process.execPath, [script, "--api", world.stack.apiUrl, "--simulator", world.stack.simulatorUrl ?? ""]);
};

describe("without an open cohort", () => {
  test("the README's walk prints the answers as they are, and says what to do", async () => {
    const { errors } = await run("sh", ["-e"], walk());

    expect(errors.split("\n")).toEqual([
      '{"items":[],"nextCursor":null}',
      "No open cohort has a private place: npm start -- --fresh begins again with the sample data",
      expect.stringMatching(/^\{.*"code":"validation_failed".*\}$/),
      "",
    ]);
  });

  test("the demo says what to do", async () => {
    const { output, errors } = await runDemo();

    expect(output).toBe("");
    expect(errors).toBe(
      "\nThe demo stopped: there is no open cohort: `npm start -- --fresh` begins again with the sample data, or open one\n",
    );
  });
});

describe("with the sample data", () => {
  beforeAll(() => world.stack.seedOnce(seed));

  test.each(["bash", "sh"])(
    "the README's walk, pasted into %s as it stands, ends in a confirmed booking",
    async (shell) => {
      const { output, errors } = await run(shell, ["-e"], walk());

      expect(errors).toBe("");
      expect(output).toContain("confirmed");
      expect(output).toContain("Your booking is confirmed");
      expect(output).toMatch(/totalDebit: (\d+),\s+totalCredit: \1/);
      expect(output).toContain("'BookingConfirmed'");
      expect(output).toContain("payment:ch_");
    },
  );

  test("an interactive shell that runs comments as commands opens no quote and looks for no file there", () => {
    const comments = walk().match(/^#.*$/gm) ?? [];

    expect(comments.length).toBeGreaterThan(3);
    expect(comments.filter((comment) => !/^#[\w ,.]+$/.test(comment))).toEqual([]);
  });

  test("the demo ends in a confirmed booking, and gives a pipe no escape sequences", async () => {
    const { output } = await runDemo();

    expect(output).toContain("is confirmed");
    expect(output).toContain("BookingConfirmed");
    expect(output).toContain("stripe_balance");
    expect(output).not.toContain("\u001b");
  });
});
