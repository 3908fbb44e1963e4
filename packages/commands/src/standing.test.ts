import type { CheckoutAttempt, OffSessionAttempt } from "@clearing/domain/booking";
import type { CheckoutFacts, Gateway, GatewayResult, PaymentFacts } from "@clearing/payments";
import { describe, expect, test } from "vitest";
import type { Context } from "./context.ts";
import { standingAtStripe } from "./standing.ts";

const now = "2027-03-01T17:00:00Z";
const common = {
  id: "att_1",
  version: 1,
  bookingId: "bkg_1",
  dueId: "due_1",
  purpose: "due",
  amount: 100,
  currency: "usd",
  customerId: "cus_1",
  description: "Program",
  status: "processing",
  chargeId: null,
  feePosted: false,
  failureCode: null,
  createdAt: now,
  dueAt: null,
} as const;
const page: CheckoutAttempt = {
  ...{ ...common, via: "checkout", paymentIntentId: null, methods: ["card"], returnUrl: "https://example.org" },
  ...{ autopay: false, sessionId: "cs_1", url: null, sessionExpiresAt: now, heldUntil: null, verifyUntil: null },
};
const saved = (paymentIntentId: string | null): OffSessionAttempt => ({
  ...{ ...common, via: "off_session", paymentMethodId: "pm_1", mandateId: null, paymentIntentId },
});
const intent: PaymentFacts = {
  ...{ paymentIntentId: "pi_1", status: "processing", amount: 100, amountReceived: 0, currency: "usd" },
  ...{ methodType: "us_bank_account", created: now, customerId: "cus_1", nextAction: null, lastError: null },
  ...{ charge: null, metadata: {} },
};
const session: CheckoutFacts = {
  ...{ sessionId: "cs_1", status: "complete", url: null, expiresAt: now, created: now, customerId: "cus_1" },
  ...{ payment: intent, metadata: {} },
};

/** A Stripe that has one session and one intent, and nothing else to be asked. */
function atStripe(facts: PaymentFacts = intent): Context {
  const only =
    <Value>(id: string, value: Value) =>
    async (asked: string): Promise<GatewayResult<Value>> => {
      if (asked !== id) throw new Error(`${asked} was asked for`);
      return { ok: true, value };
    };
  const gateway: Partial<Gateway> = {
    retrieveCheckoutSession: only("cs_1", session),
    retrievePaymentIntent: only("pi_1", facts),
  };
  return { gateway, clock: { now: () => now } } as Context;
}

describe("how an attempt stands at Stripe", () => {
  test("is what its session says, where it collects on a page", async () => {
    expect(await standingAtStripe(atStripe(), page)).toEqual({
      ok: true,
      value: { outcome: { kind: "processing", paymentIntentId: "pi_1" }, session },
    });
  });

  test("is what its payment intent says, where it collects with a saved method", async () => {
    expect(await standingAtStripe(atStripe(), saved("pi_1"))).toEqual({
      ok: true,
      value: { outcome: { kind: "processing", paymentIntentId: "pi_1" }, session: null },
    });
    const declined = { code: "card_declined", declineCode: "insufficient_funds" };
    const failed = atStripe({ ...intent, status: "requires_payment_method", lastError: declined });
    expect(await standingAtStripe(failed, saved("pi_1"))).toMatchObject({
      value: { outcome: { kind: "failed", code: "insufficient_funds" } },
    });
  });

  test("is not known while no intent is: it may have been made", async () => {
    expect(await standingAtStripe(atStripe(), saved(null))).toMatchObject({ ok: false, kind: "unknown" });
  });
});
