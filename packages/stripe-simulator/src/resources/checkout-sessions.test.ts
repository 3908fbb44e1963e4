import type { Stripe } from "stripe";
import { describe, expect, test } from "vitest";
import { day, hour, minute, openAccount, payment, refusal } from "../test-account.ts";

const types = async (stripe: Stripe) =>
  (await stripe.events.list({ limit: 100 })).data.map(({ type }) => type).reverse();

describe("a hosted payment page", () => {
  test("takes a card payment and leads back to the session", async () => {
    const { stripe, control, simulator } = await openAccount();
    const customer = await stripe.customers.create({ email: "anna@example.org" });
    const session = await stripe.checkout.sessions.create(
      payment(customer.id, {
        metadata: { attemptId: "att_1" },
        payment_intent_data: { metadata: { attemptId: "att_1" } },
      }),
    );

    const outcome = await control(`/_sim/checkout/${session.id}/payment`, { paymentMethod: "pm_card_visa" });

    expect(session).toMatchObject({
      status: "open",
      payment_intent: null,
      payment_status: "unpaid",
      amount_total: 250_000,
    });
    expect(outcome).toMatchObject({ status: "succeeded" });
    const paid = await stripe.checkout.sessions.retrieve(session.id, {
      expand: ["payment_intent.latest_charge.balance_transaction", "line_items"],
    });
    const intent = paid.payment_intent as Stripe.PaymentIntent;
    const charge = intent.latest_charge as Stripe.Charge;
    expect(paid).toMatchObject({ status: "complete", payment_status: "paid", url: null, customer: customer.id });
    expect(paid.line_items?.data[0]?.description).toBe("Seven-day program");
    expect(intent).toMatchObject({ status: "succeeded", amount_received: 250_000, metadata: { attemptId: "att_1" } });
    expect(charge.balance_transaction).toMatchObject({
      amount: 250_000,
      fee: 7_280,
      net: 242_720,
      type: "charge",
      status: "pending",
    });
    expect(await types(stripe)).toEqual([
      "customer.created",
      "payment_intent.created",
      "charge.succeeded",
      "payment_intent.succeeded",
      "charge.updated",
      "checkout.session.completed",
    ]);
    expect(simulator.balance()).toMatchObject({ balance: 242_720, consistent: true });
  });

  test("lets the person try again after a decline, on the same intent", async () => {
    const { stripe, control } = await openAccount();
    const session = await stripe.checkout.sessions.create(payment());

    const first = await control(`/_sim/checkout/${session.id}/payment`, {
      paymentMethod: "pm_card_chargeDeclinedInsufficientFunds",
    });
    const between = await stripe.checkout.sessions.retrieve(session.id, { expand: ["payment_intent"] });
    const second = await control(`/_sim/checkout/${session.id}/payment`, { paymentMethod: "pm_card_mastercard" });

    expect(first).toMatchObject({ status: "declined", declineCode: "insufficient_funds" });
    expect(between.status).toBe("open");
    expect(between.payment_intent).toMatchObject({
      status: "requires_payment_method",
      last_payment_error: { code: "card_declined", decline_code: "insufficient_funds" },
    });
    expect(second).toMatchObject({ status: "succeeded", paymentIntent: first.paymentIntent });
    const charges = await stripe.charges.list({ payment_intent: first.paymentIntent as string });
    expect(charges.data.map(({ status }) => status)).toEqual(["succeeded", "failed"]);
  });

  test("waits for the bank's challenge, which may be failed or passed", async () => {
    const { stripe, control } = await openAccount();
    const session = await stripe.checkout.sessions.create(payment());
    const pay = () =>
      control(`/_sim/checkout/${session.id}/payment`, { paymentMethod: "pm_card_authenticationRequired" });

    const asked = await pay();
    const failed = await control(`/_sim/payment_intents/${asked.paymentIntent}/authentication`, { result: "failure" });
    await pay();
    const passed = await control(`/_sim/payment_intents/${asked.paymentIntent}/authentication`, { result: "success" });

    expect(asked.status).toBe("requires_action");
    expect(failed).toMatchObject({ status: "declined", declineCode: "payment_intent_authentication_failure" });
    expect(passed.status).toBe("succeeded");
    expect((await stripe.checkout.sessions.retrieve(session.id)).status).toBe("complete");
  });

  test("completes on a bank debit that settles four days later", async () => {
    const { stripe, control, advance, simulator } = await openAccount();
    const session = await stripe.checkout.sessions.create(payment());

    const outcome = await control(`/_sim/checkout/${session.id}/payment`, {
      paymentMethod: "pm_usBankAccount_success",
    });
    const before = await stripe.checkout.sessions.retrieve(session.id, { expand: ["payment_intent.latest_charge"] });
    await advance(4 * day);
    const after = await stripe.checkout.sessions.retrieve(session.id, {
      expand: ["payment_intent.latest_charge.balance_transaction"],
    });

    expect(outcome.status).toBe("processing");
    expect(before).toMatchObject({
      status: "complete",
      payment_status: "unpaid",
      payment_intent: { status: "processing" },
    });
    expect(after).toMatchObject({
      payment_status: "paid",
      payment_intent: { status: "succeeded", latest_charge: { balance_transaction: { fee: 500, type: "payment" } } },
    });
    expect((await types(stripe)).slice(-4)).toEqual([
      "charge.succeeded",
      "payment_intent.succeeded",
      "charge.updated",
      "checkout.session.async_payment_succeeded",
    ]);
    expect(simulator.balance()).toMatchObject({ balance: 249_500, consistent: true });
  });

  test("reports a returned bank debit", async () => {
    const { stripe, control, advance, simulator } = await openAccount();
    const session = await stripe.checkout.sessions.create(payment());

    await control(`/_sim/checkout/${session.id}/payment`, { paymentMethod: "pm_usBankAccount_insufficientFunds" });
    await advance(3 * day);

    const after = await stripe.checkout.sessions.retrieve(session.id, { expand: ["payment_intent.latest_charge"] });
    expect(after).toMatchObject({
      status: "complete",
      payment_status: "unpaid",
      payment_intent: {
        status: "requires_payment_method",
        last_payment_error: { code: "insufficient_funds" },
        latest_charge: { status: "failed", failure_code: "insufficient_funds", balance_transaction: null },
      },
    });
    expect((await types(stripe)).at(-1)).toBe("checkout.session.async_payment_failed");
    expect(simulator.balance()).toMatchObject({ balance: 0, consistent: true });
  });

  test("keeps a debit in processing forever", async () => {
    const { stripe, control, advance } = await openAccount();
    const session = await stripe.checkout.sessions.create(payment());
    const { paymentIntent } = await control(`/_sim/checkout/${session.id}/payment`, {
      paymentMethod: "pm_usBankAccount_processing",
    });

    await advance(60 * day);

    expect((await stripe.paymentIntents.retrieve(paymentIntent as string)).status).toBe("processing");
  });

  test("saves the method only on request", async () => {
    const { stripe, control } = await openAccount();
    const customer = await stripe.customers.create({});
    const kept = await stripe.checkout.sessions.create(
      payment(customer.id, { payment_method_options: { card: { setup_future_usage: "off_session" } } }),
    );
    const passing = await stripe.checkout.sessions.create(payment(customer.id));

    await control(`/_sim/checkout/${passing.id}/payment`, { paymentMethod: "pm_card_visa" });
    const none = await stripe.paymentMethods.list({ customer: customer.id, type: "card" });
    await control(`/_sim/checkout/${kept.id}/payment`, { paymentMethod: "pm_card_visa" });
    const one = await stripe.paymentMethods.list({ customer: customer.id, type: "card" });

    expect(none.data).toHaveLength(0);
    expect(one.data).toHaveLength(1);
  });

  test("offers only the allowed methods", async () => {
    const { stripe, control } = await openAccount();
    const session = await stripe.checkout.sessions.create(
      payment(undefined, { allowed_payment_method_types: ["card"] }),
    );

    const refused = await control(`/_sim/checkout/${session.id}/payment`, {
      paymentMethod: "pm_usBankAccount_success",
    });

    expect(session.payment_method_types).toEqual(["card"]);
    expect(refused).toMatchObject({ error: { type: "invalid_request_error" } });
  });

  test("expires automatically, with its intent", async () => {
    const { stripe, control, advance, now } = await openAccount();
    const expires_at = Math.floor(now() / 1000) + 30 * 60;
    const session = await stripe.checkout.sessions.create(payment(undefined, { expires_at }));
    const { paymentIntent } = await control(`/_sim/checkout/${session.id}/payment`, {
      paymentMethod: "pm_card_chargeDeclined",
    });

    await advance(30 * minute);
    const late = await control(`/_sim/checkout/${session.id}/payment`, { paymentMethod: "pm_card_visa" });

    expect(await stripe.checkout.sessions.retrieve(session.id)).toMatchObject({ status: "expired", url: null });
    expect(await stripe.paymentIntents.retrieve(paymentIntent as string)).toMatchObject({ status: "canceled" });
    expect(late).toEqual({ status: "expired" });
  });

  test("can be expired once, and not when it is complete", async () => {
    const { stripe, control } = await openAccount();
    const open = await stripe.checkout.sessions.create(payment());
    const done = await stripe.checkout.sessions.create(payment());
    await control(`/_sim/checkout/${done.id}/payment`, { paymentMethod: "pm_card_visa" });

    const expired = await stripe.checkout.sessions.expire(open.id);
    const again = await refusal(stripe.checkout.sessions.expire(open.id));
    const complete = await refusal(stripe.checkout.sessions.expire(done.id));

    expect(expired.status).toBe("expired");
    expect(again.message).toContain("has a status of `expired`");
    expect(complete.statusCode).toBe(400);
  });

  test.each([
    ["too soon", 29 * minute],
    ["too late", 24 * hour + minute],
  ])("refuses an expiry that is %s", async (_what, ms) => {
    const { stripe, now } = await openAccount();

    const error = await refusal(
      stripe.checkout.sessions.create(payment(undefined, { expires_at: Math.floor((now() + ms) / 1000) })),
    );

    expect(error).toMatchObject({ statusCode: 400, param: "expires_at" });
  });

  test("refuses to cancel the intent of an open session", async () => {
    const { stripe, control } = await openAccount();
    const session = await stripe.checkout.sessions.create(payment());
    const { paymentIntent } = await control(`/_sim/checkout/${session.id}/payment`, {
      paymentMethod: "pm_card_chargeDeclined",
    });

    const error = await refusal(stripe.paymentIntents.cancel(paymentIntent as string));

    expect(error.code).toBe("payment_intent_unexpected_state");
  });
});

describe("a page that saves a method", () => {
  test("sets the card up for the customer without taking money", async () => {
    const { stripe, control, simulator } = await openAccount();
    const customer = await stripe.customers.create({});
    const session = await stripe.checkout.sessions.create({
      mode: "setup",
      currency: "usd",
      customer: customer.id,
      success_url: "https://example.org/return",
      setup_intent_data: { metadata: { attemptId: "att_1" } },
    });

    const declined = await control(`/_sim/checkout/${session.id}/payment`, { paymentMethod: "pm_card_chargeDeclined" });
    const asked = await control(`/_sim/checkout/${session.id}/payment`, {
      paymentMethod: "pm_card_authenticationRequiredOnSetup",
    });
    const done = await control(`/_sim/setup_intents/${asked.setupIntent}/authentication`, { result: "success" });

    expect([declined.status, asked.status, done.status]).toEqual(["declined", "requires_action", "succeeded"]);
    const after = await stripe.checkout.sessions.retrieve(session.id, { expand: ["setup_intent.payment_method"] });
    expect(after).toMatchObject({
      status: "complete",
      payment_status: "no_payment_required",
      setup_intent: {
        status: "succeeded",
        metadata: { attemptId: "att_1" },
        payment_method: { customer: customer.id },
      },
    });
    expect(simulator.balance().transactions).toBe(0);
  });
});
