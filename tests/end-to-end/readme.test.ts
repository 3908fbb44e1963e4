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
  const { apiUrl, simulatorUrl, dataDir } = world.stack;
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
const promised = (document: string) =>
  [...walk(document).matchAll(/ # (.+)$/gm)].flatMap(([, words = ""]) => words.split(", "));

/** The lines of an output that are one of these words. */
const linesOf = (output: string, words: readonly string[]) => output.split("\n").filter((line) => words.includes(line));

const runDemo = () => run(process.execPath, [join(import.meta.dirname, "../../scripts/demo.ts")]);

describe("without an open cohort", () => {
  test("the README's walk prints the raw answers, and says what to do", async () => {
    const { errors } = await run("sh", ["-e"], walk());

    expect(errors.split("\n")).toEqual([
      '{"items":[],"nextCursor":null}',
      "No open cohort has a private place: npm start -- --fresh begins again with the sample data",
      expect.stringContaining("COHORT: parameter"),
      "No answer: the stack is not running, or a value above is missing",
      "",
    ]);
  });

  test.each(["bash", "sh"])(
    "the README's walk, pasted into %s line by line, sends no request without its value",
    async (shell) => {
      const { output, errors } = await run(shell, [], walk());

      expect(errors).toContain("BOOKING: parameter");
      expect(`${output}${errors}`).not.toMatch(/"message":"Not Found"|validation_failed/);
    },
  );

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
      expect(output).toMatch(/\nhttp\S+\/story\n$/);
      expect(promised("README.md").length).toBeGreaterThan(4);
      expect(linesOf(output, promised("README.md"))).toEqual(promised("README.md"));
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
    expect(output).toContain("'Your payment is due on ");
    expect(output).toContain(join(world.stack.dataDir, "agreement.html"));
    expect(promised("docs/payments.md").length).toBeGreaterThan(8);
    expect(linesOf(output, promised("docs/payments.md"))).toEqual(promised("docs/payments.md"));
    expect(output).toMatch(/'stripe_balance (\d+)'.*\n\1\n$/s);
  });
});
