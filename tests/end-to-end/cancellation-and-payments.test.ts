import { addDays, instantAt } from "@clearing/domain/time";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { timeZone } from "../harness/days.ts";
import { accountsOf } from "../harness/reconciled.ts";
import { Client, openCohort, startWorld, type World } from "../harness/world.ts";

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.stop());

describe("a payment under way at a cancellation by the client", () => {
  test("on the open session is settled by the cancellation's tier", async () => {
    await world.sim("POST", "/_sim/webhooks", { drop: 1, seed: 1 });
    const client = new Client(world);
    await client.hold((await openCohort(world, { inDays: 80 })).id);
    await client.sign();
    await client.payOn(await client.checkout());
    expect((await client.cancel()).body).toMatchObject({ status: "cancelled", paid: 0, refunded: 0 });
    expect(await client.read()).toMatchObject({ status: "cancelled", paid: 250_000, refunded: 200_000 });
    await world.sim("DELETE", "/_sim/webhooks");
  });

  test("at 23:55 on a tier's last day keeps the tier although Stripe is down, and the sessions are closed later", async () => {
    const cohort = await openCohort(world, { inDays: 100 });
    const [paying, leaving] = [new Client(world), new Client(world)];
    for (const client of [paying, leaving]) await client.confirm(cohort.id);
    await world.moveClock({ to: instantAt(addDays(cohort.startsOn, -60), "23:55", timeZone) });
    const balanceOf = async (client: Client) => ({ purpose: "due", dueId: (await client.read()).dues[1]?.id });
    const [page, other] = [
      await paying.checkout(await balanceOf(paying)),
      await leaving.checkout(await balanceOf(leaving)),
    ];
    await world.faults({ target: "stripe", kind: "error", rate: 1, seed: 1 });

    for (const client of [paying, leaving]) {
      expect(await client.tryCancel()).toMatchObject({
        status: 200,
        body: { status: "cancelled", paid: 250_000, refunded: 200_000 },
      });
    }

    await world.clearFaults();
    expect((await paying.payOn(page)).status).toBe("succeeded");
    await world.quiesce();
    expect(await paying.read()).toMatchObject({ paid: 1_850_000, refunded: 1_800_000 });
    expect((await leaving.payOn(other)).status).toBe("expired");
    for (const client of [paying, leaving]) {
      expect(await accountsOf(client)).toMatchObject({ receivable: 0, deferred_revenue: 0, refunds_payable: 0 });
    }
  });

  test("by bank debit is settled by the cancellation's tier, with the fee once", async () => {
    const client = new Client(world);
    const booking = await client.confirm((await openCohort(world, { inDays: 80 })).id);
    expect(await client.pay("pm_usBankAccount_success", { purpose: "due", dueId: booking.dues[1]?.id })).toBe(
      "processing",
    );
    expect((await client.cancel()).body).toMatchObject({ refunded: 200_000 });
    await world.moveClock({ advance: "P6D" });
    expect(await client.read()).toMatchObject({ status: "cancelled", paid: 1_850_000, refunded: 1_800_000 });
    expect(await accountsOf(client)).toMatchObject({ receivable: 0, deferred_revenue: 0, fee_income: -50_000 });
  });
});

test("every event on the bus matches its schema", async () => {
  expect(await world.misshapenEvents()).toEqual([]);
});
