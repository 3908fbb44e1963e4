import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import seed from "../../scripts/seed.ts";
import { linesOf, promised, run, walk } from "../harness/walk.ts";
import { startWorld, type World } from "../harness/world.ts";

let world: World;
beforeAll(async () => {
  world = await startWorld();
  await world.stack.seedOnce(seed);
});
afterAll(() => world.stop());

test("the walk of docs/payments.md, pasted after the README's first lines, ends paid in full and equal to Stripe", async () => {
  const [found] = walk().split("# Hold a place.");
  const { output, errors } = await run(world, "sh", ["-e"], `${found}${walk("docs/payments.md")}`);

  expect(errors).toBe("");
  expect(output).toContain("past_due card_declined");
  expect(output).toContain("Pay now: ");
  expect(output).toContain("'Your payment is due on ");
  expect(output).toContain(join(world.stack.dataDir, "agreement.html"));
  expect(promised("docs/payments.md").length).toBeGreaterThan(8);
  expect(linesOf(output, promised("docs/payments.md"))).toEqual(promised("docs/payments.md"));
  expect(output).toMatch(/'stripe_balance (\d+)'.*\n\1\n$/s);
});
