import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { expectReconciled } from "../harness/reconciled.ts";
import { Client, openCohort, startWorld, type World } from "../harness/world.ts";

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.stop());

describe("Stripe's own delays", () => {
  const refundsAtStripe = async () =>
    (await world.http.stripe<{ data: { amount: number; status: string }[] }>("GET", "refunds")).body.data.map(
      ({ amount, status }) => [amount, status],
    );
  const entriesOf = async (client: Client, kind: string) =>
    (await world.journal(client.id)).filter(({ reference }) => reference.startsWith(`${kind}:`));

  test("a refund waits while Stripe's balance is low, and is made once there is money", async () => {
    const client = new Client(world);
    await client.deposit((await openCohort(world, { inDays: 80 })).id);
    await world.sim("POST", "/_sim/faults", { kind: "low_balance", rate: 1, seed: 1 });
    const before = await world.balances();
    expect((await client.cancel()).body).toMatchObject({ status: "cancelled" });
    for (const duration of ["PT1H", "P3D"]) {
      await world.moveClock({ advance: duration });
      expect(await refundsAtStripe()).toEqual([[200_000, "pending"]]);
      expect(await world.balances()).toMatchObject({
        stripe_balance: before.stripe_balance,
        refunds_payable: -200_000,
      });
      expect(await entriesOf(client, "refund-taken")).toEqual([]);
      expect(await world.mail(client.email)).not.toContain("We sent your refund");
    }

    await world.sim("DELETE", "/_sim/faults");
    await world.moveClock({ advance: "PT1H" });
    expect(await refundsAtStripe()).toEqual([[200_000, "succeeded"]]);
    expect(await client.read()).toMatchObject({ status: "cancelled", refunded: 200_000 });
    expect(await entriesOf(client, "refund-taken")).toHaveLength(1);
    expect((await world.mail(client.email)).filter((subject) => subject === "We sent your refund")).toHaveLength(1);
    expect((await world.balances()).refunds_payable ?? 0).toBe(0);
    await expectReconciled(world);
  });

  test("a fee that Stripe books an hour after the payment is posted once", async () => {
    const client = new Client(world);
    const { id } = await openCohort(world);
    await world.sim("POST", "/_sim/faults", { kind: "late_fee", rate: 1, seed: 1 });
    await world.sim("POST", "/_sim/webhooks", { duplicate: 1, reorder: 0.5, drop: 0, seed: 3 });
    expect(await client.deposit(id)).toMatchObject({ status: "awaiting_clearance", paid: 250_000 });
    expect(await entriesOf(client, "fee")).toEqual([]);

    await world.moveClock({ advance: "PT2H" });
    await world.sim("DELETE", "/_sim/faults");
    await world.sim("DELETE", "/_sim/webhooks");
    expect(await entriesOf(client, "payment")).toHaveLength(1);
    expect(await entriesOf(client, "fee")).toHaveLength(1);
    await expectReconciled(world);
    await world.moveClock({ advance: "P1D" });
    expect(await entriesOf(client, "fee")).toHaveLength(1);
  });
});
