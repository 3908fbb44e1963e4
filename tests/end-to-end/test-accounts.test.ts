import { afterAll, beforeAll, expect, test } from "vitest";
import { expectReconciled } from "../harness/reconciled.ts";
import {
  type Due,
  dueOf,
  failedVerifications,
  late,
  openScene,
  paid,
  receipt,
  rowsOf,
  type Scene,
  saved,
} from "../harness/test-methods.ts";

/**
 * Stripe's test bank accounts, each with the state of the due and the mail. Sources: docs.stripe.com/testing,
 * docs.stripe.com/payments/ach-direct-debit/accept-a-payment#test-account-numbers.
 */
let scene: Scene;
beforeAll(async () => {
  scene = await openScene();
});
afterAll(() => scene.world.stop());

/** Codes with which a bank returns the debit of a due some days after its date, and the due's state. */
const debitedLater: Record<string, Due> = {
  insufficient_funds: late("insufficient_funds", true),
  account_closed: late("bank_returned", false),
  no_account: late("bank_returned", false),
  debit_not_authorized: late("bank_returned", false),
  invalid_currency: late("bank_returned", false),
};

test("a due is collected from the deposit's bank account, retried or left to the client, as the bank answers", async () => {
  const { world } = scene;
  const settled = await saved(scene, "pm_usBankAccount_success");
  const debited = await rowsOf(debitedLater, (code) => saved(scene, "pm_usBankAccount_success", code));
  await world.moveClock({ advance: "P6D" });

  const dueOn = (await settled.read()).dues[1]?.dueOn;
  await world.moveClock({ to: `${dueOn}T19:00:00Z` });

  for (const { key, made: client } of debited) {
    expect(await dueOf(client), key).toMatchObject({ status: "processing", standing: "processing" });
    expect(await world.mail(client.email), key).toContain("Your payment is on its way");
  }
  const unanswered = await saved(scene, "pm_usBankAccount_processing");
  await world.moveClock({ advance: "P4DT12H" });

  expect(await unanswered.read()).toMatchObject({ status: "held", standing: "processing" });
  expect(await world.mail(unanswered.email)).toContain("Your payment is on its way");

  for (const { key, expected, made: client } of debited) {
    expect(await dueOf(client), key).toEqual(expected);
    expect(await world.mail(client.email), key).toContain(failedVerifications);
  }
  expect(await dueOf(settled)).toEqual(paid);
  expect(await world.mail(settled.email)).toContain(receipt);
  await expectReconciled(world);
});
