import { afterAll, beforeAll, expect, test } from "vitest";
import { expectReconciled } from "../harness/reconciled.ts";
import {
  type Due,
  dueOf,
  failedVerifications,
  hard,
  noDeposit,
  openScene,
  rowsOf,
  type Scene,
  saved,
  signed,
  soft,
  submit,
} from "../harness/test-methods.ts";
import type { Client } from "../harness/world.ts";

/**
 * Declines of Stripe's test cards, each with the session's answer, the state of the booking and the mail. Sources:
 * docs.stripe.com/testing, docs.stripe.com/declines/codes.
 */
let scene: Scene;
beforeAll(async () => {
  scene = await openScene();
});
afterAll(() => scene.world.stop());

/** Methods that are declined in the session: the client can use another one there, and no mail is sent. */
const declinedOnPage = {
  pm_card_chargeDeclined: "generic_decline",
  pm_card_chargeDeclinedInsufficientFunds: "insufficient_funds",
  pm_card_chargeDeclinedLostCard: "lost_card",
  pm_card_chargeDeclinedStolenCard: "stolen_card",
  pm_card_chargeDeclinedExpiredCard: "expired_card",
  pm_card_chargeDeclinedIncorrectCvc: "incorrect_cvc",
  pm_card_chargeDeclinedProcessingError: "processing_error",
  pm_card_chargeDeclinedVelocityLimitExceeded: "card_velocity_exceeded",
  pm_card_radarBlock: "fraudulent",
  pm_card_chargeCustomerFail: "generic_decline",
  pm_card_authenticationRequiredChargeDeclinedInsufficientFunds: "insufficient_funds",
  pm_card_threeDSecureRequiredChargeDeclined: "generic_decline",
  pm_card_threeDSecureRequiredProcessingError: "processing_error",
  pm_usBankAccount_riskLevelHighest: "payment_intent_payment_attempt_failed",
  pm_usBankAccount_weeklyLimitExceeded: "charge_exceeds_source_limit",
};

/** Codes with which a bank declines a saved card when a due is collected, and the due's state. */
const declinedLater: Record<string, Due> = {
  generic_decline: soft("card_declined"),
  insufficient_funds: soft("insufficient_funds"),
  card_velocity_exceeded: soft("card_declined"),
  processing_error: soft("provider_error"),
  lost_card: hard("card_declined"),
  stolen_card: hard("card_declined"),
  fraudulent: hard("card_declined"),
  incorrect_cvc: hard("card_declined"),
  expired_card: hard("card_expired"),
};
/** A card of each brand, since the networks count the tries of one card. */
const cards = [
  ...[
    "visa_debit",
    "mastercard",
    "mastercard_debit",
    "mastercard_prepaid",
    "amex",
    "discover",
    "diners",
    "jcb",
    "unionpay",
  ],
];

test("a due whose saved card is declined is retried or left to the client, as the bank answers", async () => {
  const { world } = scene;
  const declined = await rowsOf(declinedLater, (code, row) => saved(scene, `pm_card_${cards[row]}`, code));
  await world.quiesce();
  const anyone = declined[0]?.made as Client;
  const dueOn = (await anyone.read()).dues[1]?.dueOn;
  await world.moveClock({ to: `${dueOn}T19:00:00Z` });

  for (const { key, expected, made: client } of declined) {
    expect(await dueOf(client), key).toEqual(expected);
    expect(await world.mail(client.email), key).toContain(failedVerifications);
  }
  // After the first retries, too.
  await world.moveClock({ advance: "P4DT12H" });
  await expectReconciled(world);
});

test("a deposit that is declined in its session can be paid with another card, and no mail is sent", async () => {
  const { world } = scene;
  const client = await signed(scene);
  const sessionId = await client.checkout();

  const answers = await rowsOf(declinedOnPage, (method) => submit(client, sessionId, method));
  const unverified = await submit(client, sessionId, "pm_usBankAccount_failMicrodeposits");
  await world.quiesce();

  for (const { key, expected, made } of answers) {
    expect(made, key).toMatchObject({ status: "declined", declineCode: expected });
  }
  expect(unverified).toMatchObject({ error: { code: "payment_method_invalid_parameter" } });
  const { status, paid, dues } = await client.read();
  expect({ status, paid, due: dues[0]?.status }).toEqual({ status: "held", paid: 0, due: "scheduled" });
  expect(await world.mail(client.email)).not.toContain(noDeposit);
  expect((await submit(client, sessionId, "pm_card_visa")).status).toBe("succeeded");
});
