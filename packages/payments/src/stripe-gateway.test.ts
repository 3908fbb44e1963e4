import { Stripe } from "stripe";
import { describe, expect, test } from "vitest";
import { stripeApiVersion } from "./api-version.ts";
import type { CreatePaymentIntent } from "./gateway.ts";
import { intent, json, session, silence, stripeError, stripeThat } from "./testing/stripe-stub.ts";

test("speaks the API version of the pinned SDK", () => {
  expect(stripeApiVersion).toBe(Stripe.API_VERSION);
});

describe("a hosted checkout page", () => {
  const open = { ...session, status: "open", payment_intent: null };
  const page = {
    customerId: "cus_1",
    currency: "usd",
    amount: 250000,
    label: "Seven-day program",
    methods: ["card", "us_bank_account"] as const,
    saveForLater: false,
    expiresAt: "2027-01-01T00:31:00Z",
    successUrl: "https://api.example.org/v1/checkout/return?attempt=att_1",
    cancelUrl: "https://api.example.org/v1/checkout/return?attempt=att_1",
    metadata: { app: "clearing", attemptId: "att_1" },
  };

  test("carries the neutral label, the way back and the attempt, under the attempt's key", async () => {
    const { gateway, seen } = await stripeThat(json(200, open));

    await gateway.createCheckoutSession(page, "att_1");

    const [sent] = seen;
    expect(sent?.key).toBe("att_1");
    expect(sent?.form.get("line_items[0][price_data][product_data][name]")).toBe("Seven-day program");
    expect(sent?.form.get("line_items[0][price_data][unit_amount]")).toBe("250000");
    expect(sent?.form.get("payment_intent_data[metadata][attemptId]")).toBe("att_1");
    expect(sent?.form.get("metadata[attemptId]")).toBe("att_1");
    expect(sent?.form.get("expires_at")).toBe("1798763460");
    expect([sent?.form.get("success_url"), sent?.form.get("cancel_url")]).toEqual([page.successUrl, page.cancelUrl]);
    expect(sent?.body).not.toContain("setup_future_usage");
  });

  test("asks for the amount in its own currency, and for a bank account that is verified at once", async () => {
    const { gateway, seen } = await stripeThat(json(200, open));

    await gateway.createCheckoutSession(page, "att_1");
    await gateway.createCheckoutSession({ ...page, methods: ["card"] }, "att_2");

    const [both, cardsOnly] = seen.map(({ form }) => form);
    expect(both?.get("adaptive_pricing[enabled]")).toBe("false");
    expect(both?.get("payment_method_options[us_bank_account][verification_method]")).toBe("instant");
    expect(String(cardsOnly)).not.toContain("payment_method_options");
  });

  test("saves each method for later only with the client's permission", async () => {
    const { gateway, seen } = await stripeThat(json(200, open));

    await gateway.createCheckoutSession({ ...page, saveForLater: true }, "att_1");

    const [sent] = seen;
    expect(sent?.form.get("payment_method_options[card][setup_future_usage]")).toBe("off_session");
    expect(sent?.form.get("payment_method_options[us_bank_account][setup_future_usage]")).toBe("off_session");
  });
});

describe("a hosted page that saves a method", () => {
  const page = {
    ...{ customerId: "cus_1", currency: "usd", label: "Seven-day program", expiresAt: "2027-01-01T00:31:00Z" },
    methods: ["card", "us_bank_account"] as const,
    successUrl: "https://api.example.org/v1/checkout/return?attempt=set_1",
    cancelUrl: "https://api.example.org/v1/checkout/return?attempt=set_1",
    metadata: { app: "clearing", attemptId: "set_1" },
  };
  const { payment_intent: _, ...begun } = { ...session, mode: "setup", payment_intent: null };

  test("asks for no money, under the setup's key", async () => {
    const { gateway, seen } = await stripeThat(json(200, { ...begun, status: "open", setup_intent: null }));

    const made = await gateway.createSetupSession(page, "set_1");

    const [sent] = seen;
    expect(seen).toMatchObject([{ method: "POST", url: "/v1/checkout/sessions", key: "set_1" }]);
    expect([sent?.form.get("mode"), sent?.form.get("customer"), sent?.form.get("currency")]).toEqual([
      "setup",
      "cus_1",
      "usd",
    ]);
    expect(sent?.form.get("expires_at")).toBe("1798763460");
    expect(sent?.form.get("setup_intent_data[metadata][attemptId]")).toBe("set_1");
    expect(sent?.form.get("payment_method_options[us_bank_account][verification_method]")).toBe("instant");
    expect([sent?.form.get("success_url"), sent?.form.get("cancel_url")]).toEqual([page.successUrl, page.cancelUrl]);
    expect(sent?.body).not.toContain("line_items");
    expect(made).toMatchObject({ ok: true, value: { payment: null, setup: null } });
  });

  test("shows the method that was saved on it, and the mandate of a bank account", async () => {
    const payment_method = {
      ...{ id: "pm_1", object: "payment_method", type: "us_bank_account", customer: "cus_1" },
      us_bank_account: { fingerprint: "fp_1", last4: "6789" },
    };
    const setup_intent = {
      id: "seti_1",
      object: "setup_intent",
      status: "succeeded",
      mandate: "mandate_1",
      payment_method,
    };
    const { gateway, seen } = await stripeThat(json(200, { ...begun, setup_intent }));

    expect(await gateway.retrieveCheckoutSession("cs_1")).toMatchObject({
      value: {
        status: "complete",
        setup: {
          ...{ status: "succeeded", mandateId: "mandate_1" },
          method: {
            methodId: "pm_1",
            customerId: "cus_1",
            type: "us_bank_account",
            fingerprint: "fp_1",
            last4: "6789",
          },
        },
      },
    });
    expect(decodeURIComponent(seen[0]?.url ?? "")).toContain("setup_intent.payment_method");
  });
});

describe("a charge of a saved method", () => {
  const asked: CreatePaymentIntent = {
    ...{ customerId: "cus_1", currency: "usd", amount: 250000, label: "Seven-day program" },
    ...{ paymentMethodId: "pm_1", methodType: "us_bank_account", mandateId: "mandate_1" },
    metadata: { attemptId: "att_1" },
  };

  test("is made and confirmed in one request, under the attempt's key", async () => {
    const { gateway, seen } = await stripeThat(json(200, intent));

    const made = await gateway.createPaymentIntent(asked, "att_1");

    expect(made).toMatchObject({ ok: true, value: { paymentIntentId: "pi_1", status: "succeeded" } });
    expect(seen).toMatchObject([{ method: "POST", url: "/v1/payment_intents", key: "att_1" }]);
    for (const part of [
      "off_session=true",
      "confirm=true",
      "payment_method=pm_1",
      "mandate=mandate_1",
      "customer=cus_1",
    ]) {
      expect(seen[0]?.body.split("&")).toContain(part);
    }
    expect(seen[0]?.body).toContain("allowed_payment_method_types[0]=us_bank_account");
  });

  test("that is declined is an intent with the reason", async () => {
    const last_payment_error = { type: "card_error", code: "card_declined", decline_code: "lost_card" };
    const payment_intent = { ...intent, status: "requires_payment_method", latest_charge: "ch_1", last_payment_error };
    const error = { type: "card_error", code: "card_declined", decline_code: "lost_card", payment_intent };
    const { gateway, seen } = await stripeThat(stripeError(402, { message: "declined", ...error }));

    expect(await gateway.createPaymentIntent(asked, "att_1")).toMatchObject({
      ok: true,
      value: { status: "requires_payment_method", charge: null, lastError: { declineCode: "lost_card" } },
    });
    expect(seen).toHaveLength(1);
  });

  test("that is refused names the intent that the refusal left open, such as for a blocked bank account", async () => {
    const payment_intent = { ...intent, status: "requires_payment_method" };
    const error = { type: "invalid_request_error", code: "bank_account_unusable", message: "blocked", payment_intent };
    const { gateway } = await stripeThat(stripeError(400, error));

    expect(await gateway.createPaymentIntent(asked, "att_1")).toMatchObject({
      ...{ ok: false, kind: "invalid", code: "bank_account_unusable", paymentIntentId: "pi_1" },
    });
  });

  test("is asked for again under the same key when no answer comes, and is unknown then", async () => {
    const { gateway, seen } = await stripeThat(silence);

    expect(await gateway.createPaymentIntent(asked, "att_1")).toMatchObject({ ok: false, kind: "unknown" });
    expect(new Set(seen.map(({ key }) => key))).toEqual(new Set(["att_1"]));
  });

  test.each([
    [
      "no such method",
      stripeError(400, { type: "invalid_request_error", code: "resource_missing", message: "x" }),
      "invalid",
    ],
    [
      "a card error without an intent",
      stripeError(402, { type: "card_error", code: "card_declined", message: "x" }),
      "declined",
    ],
    ["an answer that is not Stripe's", json(200, { message: "Not Found" }), "unknown"],
  ])("does not exist if Stripe answers with %s", async (_, reply, kind) => {
    const { gateway } = await stripeThat(reply);

    expect(await gateway.createPaymentIntent(asked, "att_1")).toMatchObject({ ok: false, kind });
  });
});
