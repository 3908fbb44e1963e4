import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { accountsOf } from "../harness/reconciled.ts";
import { Client, openCohort, startWorld, type World } from "../harness/world.ts";

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.stop());

describe("a cancellation by the client", () => {
  test("refunds the amount that its preview shows: half of the payment, less the fee", async () => {
    const cohort = await openCohort(world, { inDays: 45, count: 1 });
    const client = new Client(world);
    await client.confirm(cohort.id);
    const token = await client.token();
    const preview = await world.must("GET", `${client.path}/cancellation`, { token });
    expect(preview).toMatchObject({
      refundPercent: 50,
      administrationFee: 50_000,
      netPaid: 250_000,
      refund: 75_000,
      kept: 175_000,
    });
    expect(preview.next).toMatchObject({ refundPercent: 0, refund: 0, kept: 250_000 });
    const { body } = await client.cancel();
    expect(body).toMatchObject({ status: "cancelled", paid: 250_000, refunded: 75_000, balance: 0 });
    expect(await world.available(cohort.id)).toBe(1);
    expect(await accountsOf(client)).toMatchObject({
      receivable: 0,
      deferred_revenue: 0,
      fee_income: -175_000,
      refunds_payable: 0,
    });
    expect(await world.mail(client.email)).toEqual(
      expect.arrayContaining(["Your booking is canceled", "We sent your refund"]),
    );
    expect((await client.cancel()).body.code).toBe("invalid_transition");
  });

  test("early enough refunds everything except the fee", async () => {
    const client = new Client(world);
    await client.deposit((await openCohort(world, { inDays: 80 })).id);
    expect((await client.cancel()).body).toMatchObject({ status: "cancelled", refunded: 200_000 });
  });

  test("a billed balance that was never paid is no longer owed", async () => {
    const client = new Client(world);
    await client.confirm((await openCohort(world, { inDays: 45 })).id);
    await world.moveClock({ advance: "P16D" });
    expect((await client.read()).standing).toBe("past_due");
    expect((await client.cancel()).body).toMatchObject({ status: "cancelled", refunded: 0, balance: 0 });
    expect(await accountsOf(client)).toMatchObject({ receivable: 0, deferred_revenue: 0, fee_income: -250_000 });
  });

  test("of a hold frees the place, and then closes the session", async () => {
    const cohort = await openCohort(world, { count: 1 });
    const client = new Client(world);
    await client.hold(cohort.id);
    await client.sign();
    const session = await client.checkout();
    expect((await client.cancel()).body).toMatchObject({ status: "cancelled", paid: 0 });
    expect((await client.payOn(session)).status).toBe("expired");
    expect(await world.available(cohort.id)).toBe(1);
  });
});

describe("a cancellation by the operator", () => {
  test("refunds everything, including fees", async () => {
    const client = new Client(world);
    await client.confirm((await openCohort(world, { inDays: 20 })).id);
    expect((await client.cancel("admin")).body).toMatchObject({ status: "cancelled", refunded: 250_000 });
    expect(await accountsOf(client)).toMatchObject({ receivable: 0, deferred_revenue: 0, refunds_payable: 0 });
  });
});

test("every event on the bus matches its schema", async () => {
  expect(await world.misshapenEvents()).toEqual([]);
});
