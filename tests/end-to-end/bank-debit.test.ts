import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { expectReconciled } from "../harness/reconciled.ts";
import { openCohort, signedClient, startWorld, type World } from "../harness/world.ts";

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.stop());

describe("a deposit by bank debit", () => {
  test("a bank debit keeps the claim for ten days, and the place is taken when it settles", async () => {
    const client = await signedClient(world, (await openCohort(world)).id);
    expect(await client.pay("pm_usBankAccount_success")).toBe("processing");
    const processing = await client.read();
    expect(processing).toMatchObject({ status: "held", standing: "processing" });
    expect(Date.parse(processing.holdExpiresAt ?? "") - Date.parse(await world.now())).toBeGreaterThan(
      9.9 * 86_400_000,
    );
    await world.moveClock({ advance: "P6D" });
    expect(await client.read()).toMatchObject({ status: "awaiting_clearance", paid: 250_000 });
    await expectReconciled(world);
  });

  test("a failed bank debit leaves the client a mail and some minutes for another session", async () => {
    const client = await signedClient(world, (await openCohort(world)).id);
    const first = await client.checkout();
    const debitFails = async (session: string) => {
      expect(await client.payOn(session, "pm_usBankAccount_insufficientFunds")).toMatchObject({ status: "processing" });
      await world.quiesce();
      expect((await client.read()).standing).toBe("processing");
      // The simulator's debits fail exactly two days later.
      const failsAt = Date.parse(await world.now()) + 2 * 86_400_000;
      await world.moveClock({ advance: "P2DT1M" });
      const { status, paid, dues, holdExpiresAt } = await client.read();
      expect({ status, paid, deposit: dues[0]?.status }).toEqual({ status: "held", paid: 0, deposit: "scheduled" });
      return Math.round((Date.parse(holdExpiresAt ?? "") - failsAt) / 60_000);
    };
    expect(await debitFails(first)).toBe(30);
    expect(await world.mail(client.email)).toContain("Your deposit did not go through");
    const second = await client.checkout();
    expect(second).not.toBe(first);
    expect(await debitFails(second)).toBe(30);
    const third = await client.tryCheckout();
    expect(third).toMatchObject({ status: 409, body: { code: "hold_expired" } });
    const [asks, explains] = (await world.mails(client.email)).filter(
      ({ subject }) => subject === "Your deposit did not go through",
    );
    expect(asks?.text).toContain("Please pay with a different payment method");
    expect(explains?.text).toContain("that is not enough time for another payment");
    await expectReconciled(world);
  });
});

test("every event on the bus matches its schema", async () => {
  expect(await world.misshapenEvents()).toEqual([]);
});
