import type { Stripe } from "stripe";
import { describe, expect, test } from "vitest";
import { day, minute, openAccount, refusal, testMandate } from "../test-account.ts";

const card: Stripe.PaymentIntentCreateParams = {
  amount: 2000,
  currency: "usd",
  allowed_payment_method_types: ["card"],
};

describe("a card payment", () => {
  test.each([
    ["pm_card_chargeDeclined", "card_declined", "generic_decline"],
    ["pm_card_visa_chargeDeclined", "card_declined", "generic_decline"],
    ["pm_card_chargeDeclinedInsufficientFunds", "card_declined", "insufficient_funds"],
    ["pm_card_visa_chargeDeclinedLostCard", "card_declined", "lost_card"],
    ["pm_card_visa_chargeDeclinedStolenCard", "card_declined", "stolen_card"],
    ["pm_card_chargeDeclinedExpiredCard", "expired_card", "expired_card"],
    ["pm_card_chargeDeclinedIncorrectCvc", "incorrect_cvc", "incorrect_cvc"],
    ["pm_card_chargeDeclinedProcessingError", "processing_error", "processing_error"],
    ["pm_card_visa_chargeDeclinedVelocityLimitExceeded", "card_declined", "card_velocity_exceeded"],
    ["pm_card_chargeDeclinedDoNotHonor", "card_declined", "do_not_honor"],
    ["pm_card_chargeCustomerFail", "card_declined", "generic_decline"],
  ])("with %s is declined as %s / %s, and the intent is kept for another method", async (method, code, declineCode) => {
    const { stripe } = await openAccount();

    const error = await refusal(stripe.paymentIntents.create({ ...card, payment_method: method, confirm: true }));

    expect(error).toMatchObject({ type: "StripeCardError", statusCode: 402, code });
    expect(error.decline_code).toBe(declineCode);
    const intent = await stripe.paymentIntents.retrieve(error.payment_intent?.id ?? "", { expand: ["latest_charge"] });
    expect(intent).toMatchObject({
      status: "requires_payment_method",
      payment_method: null,
      last_payment_error: { code },
    });
    expect(intent.latest_charge).toMatchObject({ status: "failed", failure_code: code, paid: false });
    const again = await stripe.paymentIntents.confirm(intent.id, { payment_method: "pm_card_visa" });
    expect(again).toMatchObject({ status: "succeeded", last_payment_error: null });
  });

  test("has a network transaction id for each charge, and none for a decline", async () => {
    const { stripe } = await openAccount();
    const { id: customer } = await stripe.customers.create();
    const { id: method } = await stripe.paymentMethods.attach("pm_card_visa", { customer });
    const pay = async (payment_method: string) => {
      const call = stripe.paymentIntents.create({ ...card, customer, payment_method, confirm: true });
      const intent = await call.catch(async () => refusal(call).then(({ payment_intent }) => payment_intent));
      const { data } = await stripe.charges.list({ payment_intent: intent?.id ?? "" });
      return data[0]?.payment_method_details?.card?.network_transaction_id;
    };

    const [first, second, declined] = [await pay(method), await pay(method), await pay("pm_card_chargeDeclined")];

    expect(first).toMatch(/^\w{15}$/);
    expect(second).toMatch(/^\w{15}$/);
    expect(second).not.toBe(first);
    expect(declined).toBeNull();
  });

  test("is created, confirmed later, and final afterwards", async () => {
    const { stripe } = await openAccount();
    const intent = await stripe.paymentIntents.create({ ...card, payment_method: "pm_card_visa" });

    const paid = await stripe.paymentIntents.confirm(intent.id);

    expect(intent.status).toBe("requires_confirmation");
    expect(paid).toMatchObject({ status: "succeeded", amount_received: 2000 });
    for (const call of [
      stripe.paymentIntents.confirm(intent.id),
      stripe.paymentIntents.cancel(intent.id),
      stripe.paymentIntents.update(intent.id, { amount: 3000 }),
    ]) {
      const error = await refusal(call);
      expect(error).toMatchObject({
        statusCode: 400,
        code: "payment_intent_unexpected_state",
        payment_intent: { id: intent.id },
      });
    }
  });

  test("cannot be confirmed without a method", async () => {
    const { stripe } = await openAccount();
    const intent = await stripe.paymentIntents.create(card);

    expect((await refusal(stripe.paymentIntents.confirm(intent.id))).code).toBe("payment_intent_unexpected_state");
  });

  test.each([
    [49, "amount_too_small"],
    [100_000_000, "amount_too_large"],
  ])("of %i cents is refused as %s", async (amount, code) => {
    const { stripe } = await openAccount();

    expect(await refusal(stripe.paymentIntents.create({ ...card, amount }))).toMatchObject({
      statusCode: 400,
      code,
      param: "amount",
    });
  });

  test("may be authorized now and captured in part; what is not captured in seven days is released", async () => {
    const { stripe, advance, simulator } = await openAccount();
    const hold = { ...card, capture_method: "manual", payment_method: "pm_card_visa", confirm: true } as const;
    const one = await stripe.paymentIntents.create(hold);
    const other = await stripe.paymentIntents.create(hold);

    const captured = await stripe.paymentIntents.capture(one.id, { amount_to_capture: 1500 });
    await advance(7 * day);

    expect(one).toMatchObject({ status: "requires_capture", amount_capturable: 2000, amount_received: 0 });
    expect(captured).toMatchObject({ status: "succeeded", amount_received: 1500 });
    expect(await stripe.paymentIntents.retrieve(other.id)).toMatchObject({
      status: "canceled",
      cancellation_reason: "automatic",
    });
    expect(simulator.balance()).toMatchObject({ balance: 1500 - 74, consistent: true });
  });

  test("can be in any currency; each settled one has a separate balance", async () => {
    const { stripe, simulator } = await openAccount({ settlementCurrencies: ["usd", "jpy", "bhd"] });
    const paid = { ...card, payment_method: "pm_card_visa", confirm: true } as const;
    await stripe.paymentIntents.create({ ...paid, currency: "jpy", amount: 250_000 });
    await stripe.paymentIntents.create({ ...paid, currency: "bhd", amount: 250_000 });

    expect(simulator.balance("jpy")).toMatchObject({ balance: 250_000 - 7_250, consistent: true });
    expect(simulator.balance("bhd")).toMatchObject({ balance: 250_000 - 7_250 - 300, consistent: true });
    const { pending } = await stripe.balance.retrieve();
    expect(pending.map(({ currency }) => currency).sort()).toEqual(["bhd", "jpy", "usd"]);
    const refused = [
      { currency: "xyz", amount: 250_000 },
      { currency: "bhd", amount: 250_001 },
      { currency: "jpy", amount: 49 },
    ];
    for (const terms of refused) {
      await expect(stripe.paymentIntents.create({ ...paid, ...terms })).rejects.toMatchObject({ statusCode: 400 });
    }
  });

  test("is never confirmed with somebody else's method, nor twice with an unsaved one", async () => {
    const { stripe } = await openAccount();
    const customer = await stripe.customers.create({ payment_method: "pm_card_visa" });
    const [saved] = (await stripe.paymentMethods.list({ customer: customer.id })).data;
    const loose = await stripe.paymentMethods.create({ type: "card", card: { token: "tok_visa" } });
    await stripe.paymentIntents.create({ ...card, payment_method: loose.id, confirm: true });

    const foreign = await refusal(
      stripe.paymentIntents.create({ ...card, payment_method: saved?.id ?? "", confirm: true }),
    );
    const reused = await refusal(stripe.paymentIntents.create({ ...card, payment_method: loose.id, confirm: true }));

    expect(foreign.message).toContain("belongs to a Customer");
    expect(reused.message).toContain("It may not be used again");
  });
});

describe("3-D Secure", () => {
  test("sends the person to a page and back", async () => {
    const { stripe, control } = await openAccount();
    const intent = await stripe.paymentIntents.create({
      ...card,
      payment_method: "pm_card_authenticationRequired",
      confirm: true,
      return_url: "https://example.org/back",
    });

    const page = await fetch(intent.next_action?.redirect_to_url?.url ?? "");
    const back = await fetch(intent.next_action?.redirect_to_url?.url ?? "", {
      method: "POST",
      body: new URLSearchParams({ result: "success" }),
      redirect: "manual",
    });
    const twice = await control(`/_sim/payment_intents/${intent.id}/authentication`, { result: "success" });

    expect(intent.status).toBe("requires_action");
    expect(await page.text()).toContain("Complete authentication");
    const location = new URL(back.headers.get("location") ?? "");
    expect(location.searchParams.get("redirect_status")).toBe("succeeded");
    expect(location.searchParams.get("payment_intent")).toBe(intent.id);
    expect(twice).toMatchObject({ error: { code: "payment_intent_unexpected_state" } });
    const paid = await stripe.paymentIntents.retrieve(intent.id, { expand: ["latest_charge"] });
    expect(paid.latest_charge).toMatchObject({
      payment_method_details: { card: { three_d_secure: { result: "authenticated" } } },
    });
  });

  test("declines after the challenge if funds are insufficient too", async () => {
    const { stripe, control } = await openAccount();
    const intent = await stripe.paymentIntents.create({
      ...card,
      payment_method: "pm_card_authenticationRequiredChargeDeclinedInsufficientFunds",
      confirm: true,
    });

    const outcome = await control(`/_sim/payment_intents/${intent.id}/authentication`, { result: "success" });

    expect(outcome).toMatchObject({ status: "declined", declineCode: "insufficient_funds" });
  });

  test("is a decline if the caller asks for errors on required actions", async () => {
    const { stripe } = await openAccount();

    const error = await refusal(
      stripe.paymentIntents.create({
        ...card,
        payment_method: "pm_card_authenticationRequired",
        confirm: true,
        error_on_requires_action: true,
      }),
    );

    expect(error.code).toBe("authentication_required");
  });
});

describe("an off-session payment", () => {
  async function savedCard(stripe: Stripe, control: (path: string, body?: object) => Promise<unknown>, method: string) {
    const customer = await stripe.customers.create({});
    const intent = await stripe.setupIntents.create({ customer: customer.id, payment_method: method, confirm: true });
    if (intent.status === "requires_action") {
      await control(`/_sim/setup_intents/${intent.id}/authentication`, { result: "success" });
    }
    return { customer: customer.id, payment_method: intent.payment_method as string };
  }

  test.each([
    ["pm_card_visa", "succeeded"],
    ["pm_card_authenticationRequiredOnSetup", "succeeded"],
    ["pm_card_authenticationRequiredSetupForOffSession", "succeeded"],
    ["pm_card_authenticationRequired", "authentication_required"],
    ["pm_card_chargeCustomerFail", "card_declined"],
  ])("with a saved %s ends as %s", async (method, outcome) => {
    const { stripe, control } = await openAccount();
    const saved = await savedCard(stripe, control, method);

    const result = await stripe.paymentIntents
      .create({ ...card, ...saved, off_session: true, confirm: true })
      .then(({ status }) => status)
      .catch((error) => error.code);

    expect(result).toBe(outcome);
  });

  test("that needs the customer is recovered on session, on the same intent", async () => {
    const { stripe, control } = await openAccount();
    const saved = await savedCard(stripe, control, "pm_card_authenticationRequired");
    const error = await refusal(stripe.paymentIntents.create({ ...card, ...saved, off_session: true, confirm: true }));

    const intent = await stripe.paymentIntents.confirm(error.payment_intent?.id ?? "", {
      payment_method: saved.payment_method,
    });
    await control(`/_sim/payment_intents/${intent.id}/authentication`, { result: "success" });

    expect(error.payment_method?.id).toBe(saved.payment_method);
    expect(intent.status).toBe("requires_action");
    expect((await stripe.paymentIntents.retrieve(intent.id)).status).toBe("succeeded");
  });

  test("requires confirmation in the same request", async () => {
    const { stripe } = await openAccount();

    expect((await refusal(stripe.paymentIntents.create({ ...card, off_session: true }))).param).toBe("off_session");
  });
});

describe("a bank debit", () => {
  test("needs a mandate, which a saved account has", async () => {
    const { stripe, advance } = await openAccount();
    const customer = await stripe.customers.create({});
    const debit = { amount: 2000, currency: "usd", customer: customer.id, confirm: true } as const;

    const bare = await refusal(stripe.paymentIntents.create({ ...debit, payment_method: "pm_usBankAccount_success" }));
    const first = await stripe.paymentIntents.create({
      ...debit,
      payment_method: "pm_usBankAccount_success",
      mandate_data: testMandate,
      setup_future_usage: "off_session",
    });
    const second = await stripe.paymentIntents.create({
      ...debit,
      payment_method: first.payment_method as string,
      off_session: true,
    });
    await advance(4 * day);

    expect(bare.code).toBe("payment_intent_mandate_invalid");
    expect(second.status).toBe("processing");
    expect((await stripe.paymentIntents.retrieve(second.id)).status).toBe("succeeded");
  });

  test.each([
    ["pm_usBankAccount_accountClosed", "account_closed"],
    ["pm_usBankAccount_noAccount", "no_account"],
    ["pm_usBankAccount_insufficientFunds", "insufficient_funds"],
    ["pm_usBankAccount_debitNotAuthorized", "debit_not_authorized"],
  ])("from %s is returned after two days as %s", async (payment_method, code) => {
    const { stripe, advance } = await openAccount();
    const intent = await stripe.paymentIntents.create({
      amount: 2000,
      currency: "usd",
      payment_method,
      confirm: true,
      mandate_data: testMandate,
    });

    await advance(2 * day);

    expect(intent.status).toBe("processing");
    expect(await stripe.paymentIntents.retrieve(intent.id)).toMatchObject({
      status: "requires_payment_method",
      last_payment_error: { code },
    });
  });
});

describe("looking intents up", () => {
  test("expands along dotted paths, also in lists, and refuses fields without objects", async () => {
    const { stripe } = await openAccount();
    const customer = await stripe.customers.create({ email: "anna@example.org" });
    await stripe.paymentIntents.create({
      ...card,
      customer: customer.id,
      payment_method: "pm_card_visa",
      confirm: true,
    });

    const { data } = await stripe.paymentIntents.list({
      customer: customer.id,
      expand: ["data.latest_charge.balance_transaction.source", "data.customer"],
    });
    const error = await refusal(stripe.paymentIntents.list({ expand: ["latest_charge"] }));

    expect(data[0]).toMatchObject({
      customer: { email: "anna@example.org" },
      latest_charge: { balance_transaction: { source: { object: "charge" } } },
    });
    expect(error.message).toBe("This property cannot be expanded (latest_charge).");
  });

  test("finds them by metadata and status, a minute late", async () => {
    const { stripe, advance } = await openAccount();
    const find = (query: string) => stripe.paymentIntents.search({ query });
    await stripe.paymentIntents.create({ ...card, metadata: { bookingId: "bkg_1" } });
    await stripe.paymentIntents.create({
      ...card,
      metadata: { bookingId: "bkg_2" },
      payment_method: "pm_card_visa",
      confirm: true,
    });

    const atOnce = await find('metadata["bookingId"]:"bkg_1"');
    await advance(minute);

    expect(atOnce.data).toHaveLength(0);
    expect((await find("metadata['bookingId']:'bkg_1'")).data).toHaveLength(1);
    expect((await find('status:"succeeded" AND metadata["bookingId"]:"bkg_2"')).data).toHaveLength(1);
    expect((await find('status:"succeeded" OR metadata["bookingId"]:"bkg_1"')).data).toHaveLength(2);
    expect((await find('-status:"succeeded" AND amount>1999')).data).toHaveLength(1);
    expect((await refusal(find("nonsense"))).param).toBe("query");
  });

  test("accepts payment_method_types only from an older version", async () => {
    const { stripe } = await openAccount();
    const old = { amount: 2000, currency: "usd", payment_method_types: ["card"] } as Stripe.PaymentIntentCreateParams;

    const error = await refusal(stripe.paymentIntents.create(old));
    const older = await stripe.paymentIntents.create(old, { apiVersion: "2026-08-26.dahlia" });

    expect(error.code).toBe("payment_method_types_no_longer_supported");
    expect(older.payment_method_types).toEqual(["card"]);
  });
});

describe("asynchronous capture", () => {
  test.each([
    ["automatic_async", null, 1],
    ["automatic", expect.stringMatching(/^txn_/), 0],
  ] as const)(
    "%s tells of the balance transaction as the documentation says",
    async (capture_method, booked, updates) => {
      const { stripe } = await openAccount();

      await stripe.paymentIntents.create({ ...card, capture_method, payment_method: "pm_card_visa", confirm: true });

      const [succeeded] = (await stripe.events.list({ type: "charge.succeeded" })).data;
      const updated = (await stripe.events.list({ type: "charge.updated" })).data;
      expect(succeeded?.data.object).toMatchObject({ balance_transaction: booked });
      expect(updated).toHaveLength(updates);
      expect((await stripe.charges.list()).data[0]?.balance_transaction).toMatch(/^txn_/);
    },
  );
});
