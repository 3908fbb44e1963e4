import { afterAll, beforeAll, expect, test } from "vitest";
import { expectReconciled } from "../harness/reconciled.ts";
import {
  debited,
  dueOf,
  failedVerifications,
  late,
  openScene,
  paid,
  receipt,
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

test("a due is collected from the deposit's bank account, or retried, as the bank answers", async () => {
  const { world } = scene;
  const answers = { succeeds: paid, insufficient_funds: late("insufficient_funds", true) };
  const rows = await debited(scene, answers);
  const unanswered = await saved(scene, "pm_usBankAccount_processing");
  await world.moveClock({ advance: "P4DT12H" });

  expect(await unanswered.read()).toMatchObject({ status: "held", standing: "processing" });
  expect(await world.mail(unanswered.email)).toContain("Your payment is on its way");
  for (const { key, expected, made: client } of rows) {
    expect(await dueOf(client), key).toEqual(expected);
    expect(await world.mail(client.email), key).toContain(expected === paid ? receipt : failedVerifications);
  }
  await expectReconciled(world);
});
