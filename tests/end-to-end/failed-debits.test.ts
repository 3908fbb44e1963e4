import { afterAll, beforeAll, expect, test } from "vitest";
import { expectReconciled } from "../harness/reconciled.ts";
import { debited, dueOf, failedVerifications, late, openScene, type Scene } from "../harness/test-methods.ts";

/**
 * Stripe's test bank accounts, each with the state of the due and the mail. Sources: docs.stripe.com/testing,
 * docs.stripe.com/payments/ach-direct-debit/accept-a-payment#test-account-numbers.
 */
let scene: Scene;
beforeAll(async () => {
  scene = await openScene();
});
afterAll(() => scene.world.stop());

test("a due whose debit the bank returns for good is left to the client", async () => {
  const codes = ["account_closed", "no_account", "debit_not_authorized", "invalid_currency"];
  const rows = await debited(scene, Object.fromEntries(codes.map((code) => [code, late("bank_returned", false)])));
  await scene.world.moveClock({ advance: "P4DT12H" });

  for (const { key, expected, made: client } of rows) {
    expect(await dueOf(client), key).toEqual(expected);
    expect(await scene.world.mail(client.email), key).toContain(failedVerifications);
  }
  await expectReconciled(scene.world);
});
