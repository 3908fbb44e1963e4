import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import seed from "../../scripts/seed.ts";
import { linesOf, promised, run, walk } from "../harness/walk.ts";
import { startWorld, type World } from "../harness/world.ts";

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.stop());

const runDemo = () => run(world, process.execPath, [join(import.meta.dirname, "../../scripts/demo.ts")]);

describe("without an open cohort", () => {
  test("the README's walk prints the raw answers, and says what to do", async () => {
    const { errors } = await run(world, "sh", ["-e"], walk());

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
      const { output, errors } = await run(world, shell, [], walk());

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
      const { output, errors } = await run(world, shell, ["-e"], walk());

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

  test("the demo ends in a confirmed booking, and prints no escape sequences into a pipe", async () => {
    const { output } = await runDemo();

    expect(output).toContain("is confirmed");
    expect(output).toContain("BookingConfirmed");
    expect(output).toContain("stripe_balance");
    expect(output).not.toContain("\u001b");
  });
});
