import type { CheckoutAttempt, OffSessionAttempt } from "@clearing/domain/booking";
import { plusHours, plusMinutes, plusSeconds } from "@clearing/domain/time";
import type { Gateway, GatewayResult, ListedBy, StripePayment, StripeSession } from "@clearing/payments";
import { describe, expect, test } from "vitest";
import type { Services } from "./services.ts";
import { endAtStripe, standingAtStripe } from "./standing.ts";

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
  ...{
    ...common,
    via: "off_session",
    paymentMethodId: "pm_1",
    methodType: "card",
    fingerprint: null,
    mandateId: null,
    paymentIntentId,
  },
});
const intent: StripePayment = {
  ...{ paymentIntentId: "pi_1", status: "processing", amount: 100, amountReceived: 0, currency: "usd" },
  ...{ methodType: "us_bank_account", created: now, customerId: "cus_1", nextAction: null, lastError: null },
  ...{ charge: null, metadata: {} },
};
const session: StripeSession = {
  ...{ sessionId: "cs_1", status: "complete", url: null, expiresAt: now, created: now, customerId: "cus_1" },
  ...{ payment: intent, metadata: {} },
};

/** A Stripe with one session and one intent, which lists these intents of its customer, newest first. */
function atStripe(shown: StripePayment = intent, listed: StripePayment[] = []): Services {
  const only =
    <Value>(id: string, value: Value) =>
    async (asked: string): Promise<GatewayResult<Value>> => {
      if (asked !== id) throw new Error(`the test expects a request for ${id}, not for ${asked}`);
      return { ok: true, value };
    };
  const gateway: Partial<Gateway> = {
    retrieveCheckoutSession: only("cs_1", session),
    retrievePaymentIntent: only("pi_1", shown),
    listPaymentIntents: async () => ({ ok: true, value: { items: listed, nextAfter: null } }),
  };
  return { gateway, clock: { now: () => now } } as Services;
}

describe("how an attempt stands at Stripe", () => {
  test("is its session's state, if it collects on a page", async () => {
    expect(await standingAtStripe(atStripe(), page)).toEqual({
      ok: true,
      value: { outcome: { kind: "processing", paymentIntentId: "pi_1" }, session },
    });
  });

  test("is its payment intent's state, if it collects with a saved method", async () => {
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

  test("is the state of an intent found in its customer's list, if its id is unknown", async () => {
    const own = { ...intent, metadata: { attemptId: "att_1" } };
    const copy = { ...own, paymentIntentId: "pi_copy", status: "succeeded" };

    expect(await standingAtStripe(atStripe(own, [copy, own]), saved(null))).toMatchObject({
      value: { outcome: { kind: "processing", paymentIntentId: "pi_1" } },
    });
  });

  test("is unknown while no intent is listed: it may have been created", async () => {
    expect(await standingAtStripe(atStripe(), saved(null))).toMatchObject({ ok: false, kind: "unknown" });
  });

  test("is that no intent was created, once its key has expired and none is listed", async () => {
    const toldAt = plusMinutes(plusHours(now, -23), -5);
    const young = { ...saved(null), createdAt: plusSeconds(toldAt, 1) };
    const old = { ...saved(null), createdAt: toldAt };

    expect(await standingAtStripe(atStripe(), young)).toMatchObject({ kind: "unknown", code: "intent_not_known" });
    expect(await standingAtStripe(atStripe(), old)).toMatchObject({ kind: "invalid", code: "intent_never_made" });
  });

  test("is unknown from a search that began before that: the intent may have been created during the search", async () => {
    const services = atStripe();
    const attempt = { ...saved(null), createdAt: plusHours(now, -23) };
    let at = now;
    services.clock.now = () => at;
    services.gateway.listPaymentIntents = async () => {
      at = plusMinutes(now, 10);
      return { ok: true, value: { items: [], nextAfter: null } };
    };

    expect(await standingAtStripe(services, attempt)).toMatchObject({ kind: "unknown", code: "intent_not_known" });
  });

  test("is looked up five minutes before and after its time if its customer is gone: the clocks may differ", async () => {
    const services = atStripe();
    const queries: ListedBy[] = [];
    services.gateway.retrieveCustomer = async () => ({ ok: true, value: { deleted: true } });
    services.gateway.listPaymentIntents = async (query) => {
      queries.push(query);
      return "customerId" in query
        ? { ok: false, kind: "invalid", code: "resource_missing", message: "No such customer" }
        : { ok: true, value: { items: [], nextAfter: null } };
    };

    await standingAtStripe(services, saved(null));

    expect(queries.at(-1)).toEqual({
      createdFrom: plusMinutes(now, -5),
      createdTo: plusMinutes(plusHours(now, 23), 5),
    });
  });
});

describe("an attempt is ended at Stripe", () => {
  const ending = (shown: StripePayment) => {
    const ended: string[] = [];
    const { gateway, ...context } = atStripe(shown, [shown]);
    const more: Partial<Gateway> = {
      expireCheckoutSession: async (id) => {
        ended.push(id);
        return { ok: true, value: { ...session, status: "expired", payment: null } };
      },
      cancelPaymentIntent: async (id) => {
        ended.push(id);
        return { ok: true, value: { ...shown, status: "canceled" } };
      },
    };
    return { ended, context: { ...context, gateway: { ...gateway, ...more } } };
  };
  const waiting = { ...intent, status: "requires_action", nextAction: "use_stripe_sdk" };

  test("by expiring its page", async () => {
    const { ended, context } = ending(intent);

    expect(await endAtStripe(context, { ...page, status: "open" })).toEqual({ ok: true, value: { kind: "expired" } });
    expect(ended).toEqual(["cs_1"]);
  });

  test.each([
    ["whose id is known", "pi_1"],
    ["that is found by its metadata", null],
  ])("by cancelling its intent, %s", async (_what, id) => {
    const { ended, context } = ending({ ...waiting, metadata: { attemptId: "att_1" } });

    expect(await endAtStripe(context, { ...saved(id), status: "requested" })).toMatchObject({
      value: { kind: "cancelled", paymentIntentId: "pi_1" },
    });
    expect(ended).toEqual(["pi_1"]);
  });

  test("not at all while its debit is processing", async () => {
    const { ended, context } = ending(intent);

    for (const attempt of [page, saved("pi_1")]) expect(await endAtStripe(context, attempt)).toBeNull();
    expect(ended).toEqual([]);
  });
});
