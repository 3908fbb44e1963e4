import { describe, expect, test } from "vitest";
import { day, openAccount, payment, refusal, testMandate } from "../test-account.ts";

/** The results of Stripe's test cards: saved on session, then charged off session. */
const cards = [
  ...["visa", "visa_debit", "mastercard", "mastercard_debit", "mastercard_prepaid", "amex", "discover", "diners"],
  ...["jcb", "unionpay", "us", "bypassPending", "threeDSecureOptional", "pendingRefund", "refundFail"],
].map((name) => [`pm_card_${name}`, "succeeded", "succeeded"] as const);
const refused = [
  ["chargeDeclined", "generic_decline"],
  ["visa_chargeDeclined", "generic_decline"],
  ["chargeDeclinedInsufficientFunds", "insufficient_funds"],
  ["chargeDeclinedLostCard", "lost_card"],
  ["chargeDeclinedStolenCard", "stolen_card"],
  ["chargeDeclinedExpiredCard", "expired_card"],
  ["chargeDeclinedIncorrectCvc", "incorrect_cvc"],
  ["chargeDeclinedProcessingError", "processing_error"],
  ["chargeDeclinedVelocityLimitExceeded", "card_velocity_exceeded"],
  ["radarBlock", "fraudulent"],
].map(([name, code]) => [`pm_card_${name}`, code, null] as const);
const askedCases = [
  ["pm_card_chargeCustomerFail", "succeeded", "generic_decline"],
  ["pm_card_authenticationRequired", "requires_action", "authentication_required"],
  ["pm_card_authenticationRequiredOnSetup", "requires_action", "succeeded"],
  ["pm_card_authenticationRequiredSetupForOffSession", "requires_action", "succeeded"],
  ["pm_card_authenticationRequiredChargeDeclinedInsufficientFunds", "requires_action", "insufficient_funds"],
  ["pm_card_threeDSecure2Required", "requires_action", "succeeded"],
  ["pm_card_threeDSecureRequired", "requires_action", "succeeded"],
] as const;

describe("Stripe's test cards", () => {
  test.each([...cards, ...refused, ...askedCases])(
    "%s: saving it comes to %s, charging it to %s",
    async (id, saved, charged) => {
      const { stripe, control } = await openAccount();
      const { id: customer } = await stripe.customers.create();
      const setup = stripe.setupIntents.create({ customer, payment_method: id, confirm: true });
      const first = await setup.then(({ status }) => status).catch(async () => (await refusal(setup)).decline_code);

      expect(first).toBe(saved);
      if (charged === null) return;
      const { id: intent, payment_method } = await setup;
      if (first === "requires_action") {
        await control(`/_sim/setup_intents/${intent}/authentication`, { result: "success" });
      }
      const charge = stripe.paymentIntents.create({
        ...{ amount: 2000, currency: "usd", confirm: true, off_session: true, customer },
        payment_method: String(payment_method),
      });
      expect(await charge.then(({ status }) => status).catch(async () => (await refusal(charge)).decline_code)).toBe(
        charged,
      );
    },
  );

  test.each([
    ["pm_card_authenticationRequiredChargeDeclinedInsufficientFunds", "insufficient_funds"],
    ["pm_card_threeDSecureRequiredChargeDeclined", "generic_decline"],
    ["pm_card_threeDSecureRequiredProcessingError", "processing_error"],
  ])("%s declines on the page after its challenge: %s", async (paymentMethod, declineCode) => {
    const { stripe, control } = await openAccount();
    const { id } = await stripe.checkout.sessions.create(payment());

    const asked = await control(`/_sim/checkout/${id}/payment`, { paymentMethod });
    const answered = await control(`/_sim/payment_intents/${asked.paymentIntent}/authentication`, {
      result: "success",
    });

    expect([asked.status, answered.declineCode]).toEqual(["requires_action", declineCode]);
    expect((await stripe.checkout.sessions.retrieve(id)).status).toBe("open");
  });
});

describe("Stripe's test accounts", () => {
  test.each([
    ["000123456789", "succeeded", null],
    ["000111111113", "requires_payment_method", "account_closed"],
    ["000111111116", "requires_payment_method", "no_account"],
    ["000222222227", "requires_payment_method", "insufficient_funds"],
    ["000333333335", "requires_payment_method", "debit_not_authorized"],
    ["000444444440", "requires_payment_method", "invalid_currency"],
    ["000666666661", "requires_payment_method", "payment_method_microdeposit_failed"],
    ["000000000009", "processing", null],
    ["000000004954", "requires_payment_method", "payment_intent_payment_attempt_failed"],
    ["000777777771", "requires_payment_method", "charge_exceeds_source_limit"],
  ])("%s: a debit ends as %s (%s)", async (account_number, status, code) => {
    const { stripe, advance } = await openAccount();
    const debit = stripe.paymentIntents.create({
      ...{ amount: 2000, currency: "usd", confirm: true, mandate_data: testMandate },
      payment_method_data: {
        type: "us_bank_account",
        us_bank_account: { account_number, routing_number: "110000000", account_holder_type: "individual" },
      },
    });
    const { id } = await debit.catch(async () => (await refusal(debit)).payment_intent ?? { id: "" });

    await advance(5 * day);

    const intent = await stripe.paymentIntents.retrieve(id);
    expect([intent.status, intent.last_payment_error?.code ?? null]).toEqual([status, code]);
  });
});
