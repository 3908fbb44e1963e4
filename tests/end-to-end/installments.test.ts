import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { expectPaidInParts } from "../harness/installments.ts";
import { startWorld, type World } from "../harness/world.ts";

let world: World;
beforeAll(async () => {
  world = await startWorld({ settlementCurrencies: "usd,jpy,bhd" });
});
afterAll(() => world.stop());

describe("installments that are paid at once", () => {
  test.each([
    ["jpy", 1_600_001, 7],
    ["bhd", 1_600_010, 11],
  ])("in %s are paid to the minor unit: %i after the deposit in %i installments", async (currency, rest, months) => {
    await expectPaidInParts(world, { currency, rest, months, onItsDate: false });
  });
});

test("every event on the bus matches its schema", async () => {
  expect(await world.misshapenEvents()).toEqual([]);
});
