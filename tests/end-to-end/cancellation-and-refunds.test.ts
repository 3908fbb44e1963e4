import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { accountsOf, expectReconciled } from "../harness/reconciled.ts";
import { Client, openCohort, startWorld, type World } from "../harness/world.ts";

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.stop());

describe("a refund that Stripe could not deliver", () => {
  test("is owed again, and does not count as refunded", async () => {
    const client = new Client(world);
    await client.hold((await openCohort(world, { inDays: 80 })).id);
    await client.sign();
    await client.pay("pm_card_refundFail");
    await client.cancel();
    await world.moveClock({ advance: "P10D" });
    expect(await client.read()).toMatchObject({ status: "cancelled", refunded: 0 });
    expect((await accountsOf(client)).refunds_payable).toBe(-200_000);
    expect((await world.events(client.id)).map(({ type }) => type)).toContain("RefundFailed");
    expect(await world.mail(client.email)).toContain("Your refund did not reach you");
  });
});

describe("a refund made by hand at the moment of a cancellation", () => {
  test("leaves the rest to the cancellation: ledger and Stripe agree, and no refusal is reported", async () => {
    const client = new Client(world);
    await client.hold((await openCohort(world, { inDays: 80 })).id);
    await client.sign();
    await client.pay("pm_card_visa");
    await world.sim("POST", "/_sim/webhooks", { drop: 1, seed: 1 });
    const paid = (await world.journal(client.id)).find(({ reference }) => reference.startsWith("payment:"));
    const charge = paid?.reference.slice("payment:".length) ?? "";
    expect((await world.http.stripe("POST", "refunds", { charge, amount: "60000" })).status).toBe(200);

    expect((await client.cancel("admin")).body).toMatchObject({ status: "cancelled", refunded: 250_000 });

    await world.sim("DELETE", "/_sim/webhooks");
    const { body } = await world.http.stripe<{ data: object[] }>("GET", `refunds?charge=${charge}`);
    expect(body.data).toMatchObject([
      { amount: 190_000, status: "succeeded" },
      { amount: 60_000, status: "succeeded" },
    ]);
    expect(await client.read()).toMatchObject({ refunded: 250_000 });
    expect(await accountsOf(client)).toMatchObject({ deferred_revenue: 0, refunds_payable: 0 });
    const told = (await world.events(client.id)).map(({ type }) => type);
    expect(told).not.toContain("RefundRefused");
    expect(told).not.toContain("RefundFailed");
    await expectReconciled(world);
  });
});

test("every event on the bus matches its schema", async () => {
  expect(await world.misshapenEvents()).toEqual([]);
});
