import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { expectReconciled } from "../harness/reconciled.ts";
import { openCohort, signedClient, startWorld, type World } from "../harness/world.ts";

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.stop());

describe("a deposit from a bank account that Stripe verifies by small deposits", () => {
  test("a bank account that must be verified keeps the claim, and once verified for ten more days", async () => {
    const client = await signedClient(world, (await openCohort(world)).id);
    const sessionId = await client.checkout();
    expect(await client.payOn(sessionId, "pm_usBankAccount_microdeposits")).toMatchObject({
      error: { code: "payment_method_invalid_parameter" },
    });
    const fallback = await world.sim<{ paymentIntent: string }>("POST", `/_sim/checkout/${sessionId}/microdeposits`);
    await world.quiesce();
    expect(await client.read()).toMatchObject({ status: "held", standing: "processing" });
    expect((await client.tryCheckout()).body.code).toBe("conflict");
    await world.moveClock({ advance: "P9D" });
    await world.sim("POST", `/_sim/payment_intents/${fallback.body.paymentIntent}/microdeposits`, {
      result: "verified",
    });
    await world.quiesce();
    await world.moveClock({ advance: "P5D" });
    expect(await client.read()).toMatchObject({ status: "awaiting_clearance", paid: 250_000 });
    await expectReconciled(world);
  });

  test("an unverified bank account loses the claim, and a debit that happens later is refunded", async () => {
    const client = await signedClient(world, (await openCohort(world)).id);
    const sessionId = await client.checkout();
    const fallback = await world.sim<{ paymentIntent: string }>("POST", `/_sim/checkout/${sessionId}/microdeposits`);
    await world.moveClock({ advance: "P9DT23H57M" });
    expect(await client.read()).toMatchObject({ status: "expired", paid: 0 });
    expect(await world.mail(client.email)).toEqual(
      expect.arrayContaining([
        "Please verify your bank account",
        "Your deposit did not go through",
        "Your hold has expired",
      ]),
    );
    await world.sim("POST", `/_sim/payment_intents/${fallback.body.paymentIntent}/microdeposits`, {
      result: "verified",
    });
    await world.moveClock({ advance: "P5D" });
    expect(await client.read()).toMatchObject({ status: "expired", paid: 250_000, refunded: 250_000 });
    expect(await world.mail(client.email)).toContain("We are sending you a refund");
    await expectReconciled(world);
  });
});

test("every event on the bus matches its schema", async () => {
  expect(await world.misshapenEvents()).toEqual([]);
});
