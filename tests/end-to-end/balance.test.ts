import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { expectReconciled } from "../harness/reconciled.ts";
import { Client, openCohort, startWorld, type World } from "../harness/world.ts";

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.stop());

describe("the balance", () => {
  test("is paid in parts by separate sessions, never more than is owed", async () => {
    const client = new Client(world);
    const confirmed = await client.confirm((await openCohort(world)).id);
    const dueId = confirmed.dues[1]?.id;
    const tooMuch = await client.tryCheckout({ purpose: "due", dueId, amount: 1_600_001 });
    expect(tooMuch).toMatchObject({ status: 400, body: { errors: [{ path: "amount" }] } });
    const tooLittle = await client.tryCheckout({ purpose: "due", dueId, amount: 9_999 });
    expect(tooLittle.body).toMatchObject({
      code: "validation_failed",
      errors: [{ path: "amount", message: expect.stringMatching(/^Must be at least 10000 minor units \(\$100\.00\)/) }],
    });
    expect(await client.pay("pm_card_visa", { purpose: "due", dueId, amount: 600_000 })).toBe("succeeded");
    expect(await client.read()).toMatchObject({ paid: 850_000, balance: 1_000_000 });
    expect(await client.pay("pm_card_visa", { purpose: "due", dueId })).toBe("succeeded");
    expect(await client.read()).toMatchObject({ paid: 1_850_000, balance: 0, standing: "paid_in_full" });
    expect((await client.tryCheckout({ purpose: "due", dueId })).body).toMatchObject({
      ...{ code: "invalid_transition", detail: expect.stringMatching(/^[A-Z].+\.$/) },
    });
    await expectReconciled(world);
  });

  test("is billed on its date and past due the day after", async () => {
    const client = new Client(world);
    await client.confirm((await openCohort(world, { inDays: 45 })).id);
    await world.moveClock({ advance: "P16D" });
    expect(await client.read()).toMatchObject({ standing: "past_due", status: "confirmed" });
    const entries = await world.journal(client.id);
    const receivable = entries.flatMap(({ postings }) => postings).filter(({ account }) => account === "receivable");
    expect(receivable.reduce((sum, { debit, credit }) => sum + debit - credit, 0)).toBe(1_600_000);
  });
});

test("every event on the bus matches its schema", async () => {
  expect(await world.misshapenEvents()).toEqual([]);
});
