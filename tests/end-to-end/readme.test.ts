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

/** The commands of a document's walk. */
function walk(document = "README.md"): string {
  const text = readFileSync(join(import.meta.dirname, "../..", document), "utf8");
  const lines = /<!-- walk -->\n```sh\n(.*?)```/s.exec(text)?.[1];
  if (lines === undefined) throw new Error(`${document} has no commands to run`);
  return lines;
}

/** Runs a program to its end with the given input and the ports of this stack, without forced colors. */
async function run(program: string, words: readonly string[], input = "") {
  const ports = { PORT: portOf(world.stack.apiUrl), STRIPE_SIMULATOR_PORT: portOf(world.stack.simulatorUrl) };
  const child = spawn(program, words, { env: { ...process.env, ...ports, FORCE_COLOR: undefined } });
  child.stdin.end(input);
  const [output, errors] = await Promise.all([child.stdout.toArray(), child.stderr.toArray()]);
  return { output: output.join(""), errors: errors.join("") };
}

const portOf = (url: string | undefined) => new URL(url ?? "").port;

const runDemo = () => run(process.execPath, [join(import.meta.dirname, "../../scripts/demo.ts")]);

describe("without an open cohort", () => {
  test("the README's walk prints the raw answers, and says what to do", async () => {
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
      "\nThe demo stopped: there is no open cohort: `npm start -- --fresh` restarts with the sample data, or open one\n",
    );
  });
});

describe("with the sample data", () => {
  beforeAll(() => world.stack.seedOnce(seed));

  test.each(["bash", "sh"])(
    "the README's walk, pasted into %s unchanged, ends in a confirmed booking",
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

  test.each(["README.md", "docs/payments.md"])(
    "a shell that runs the comments of %s as commands finds no open quote and no file pattern in them",
    (document) => {
      const comments = walk(document).match(/^#.*$/gm) ?? [];

      expect(comments.length).toBeGreaterThan(3);
      expect(comments.filter((comment) => !/^#[\w ,.]+$/.test(comment))).toEqual([]);
    },
  );

  test("the demo ends in a confirmed booking, and prints no escape sequences into a pipe", async () => {
    const { output } = await runDemo();

    expect(output).toContain("is confirmed");
    expect(output).toContain("BookingConfirmed");
    expect(output).toContain("stripe_balance");
    expect(output).not.toContain("\u001b");
  });

  test("the walk of docs/payments.md, pasted after the README's first lines, ends paid in full and equal to Stripe", async () => {
    const [found] = walk().split("# Hold a place.");
    const { output, errors } = await run("sh", ["-e"], `${found}${walk("docs/payments.md")}`);

    expect(errors).toBe("");
    expect(output).toContain("past_due card_declined");
    expect(output).toContain("Pay now: ");
    expect(output).toContain("paid_in_full");
    expect(output).toMatch(/'stripe_balance (\d+)'.*\n\1\n$/s);
  });
});
