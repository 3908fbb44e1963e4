import { describe, expect, test } from "vitest";
import { type Account, day, openAccount, refusal, testMandate } from "../test-account.ts";

const payment = { amount: 2000, currency: "usd", confirm: true, off_session: true } as const;

/** A customer with a saved card or account, and a function that charges it off session. */
async function saved({ stripe }: Account, id = "pm_card_visa") {
  const { id: customer } = await stripe.customers.create();
  const isAccount = id.startsWith("pm_usBankAccount");
  const intent = await stripe.setupIntents.create({
    ...{ customer, payment_method: id, confirm: true },
    ...(isAccount ? { mandate_data: testMandate } : {}),
  });
  const method = String(intent.payment_method);
  const charge = (more: { mandate?: string } = {}) =>
    stripe.paymentIntents.create({ ...payment, customer, payment_method: method, ...more });
  return { customer, method, mandate: String(intent.mandate), charge };
}

describe("a saved method that is no longer usable", () => {
  test("was detached: it can no longer be charged or attached", async () => {
    const account = await openAccount();
    const { customer, method, charge } = await saved(account);

    await account.stripe.paymentMethods.detach(method);

    const refused = await refusal(charge());
    expect(refused).toMatchObject({ statusCode: 400, rawType: "invalid_request_error" });
    expect(refused.message).toContain("It may not be used again");
    expect(refused.code).toBeUndefined();
    expect(await refusal(account.stripe.paymentMethods.attach(method, { customer }))).toMatchObject({
      statusCode: 400,
    });
    const [event] = (await account.stripe.events.list({ type: "payment_method.detached" })).data;
    expect(event?.data).toMatchObject({ object: { customer: null }, previous_attributes: { customer } });
  });

  test("belonged to a deleted customer: nobody else can use it", async () => {
    const account = await openAccount();
    const { customer, method, charge } = await saved(account);
    const other = await account.stripe.customers.create();

    await account.stripe.customers.del(customer);

    expect(await refusal(charge())).toMatchObject({ code: "resource_missing", param: "customer" });
    expect((await account.stripe.paymentMethods.retrieve(method)).customer).toBeNull();
    const elsewhere = account.stripe.paymentIntents.create({ ...payment, customer: other.id, payment_method: method });
    expect((await refusal(elsewhere)).message).toContain("It may not be used again");
    expect((await account.stripe.events.list({ type: "customer.deleted" })).data).toHaveLength(1);
  });
});

describe("a saved card", () => {
  test("is updated in place by its network", async () => {
    const account = await openAccount();
    const { method, charge } = await saved(account);

    await account.control(`/_sim/payment_methods/${method}/network_update`, {
      ...{ expMonth: 3, expYear: 2031, last4: "1117", fingerprint: "fpnew" },
    });

    const card = { exp_month: 3, exp_year: 2031, last4: "1117", fingerprint: "fpnew" };
    expect(await account.stripe.paymentMethods.retrieve(method)).toMatchObject({ card });
    expect((await charge()).status).toBe("succeeded");
    expect((await account.stripe.charges.list()).data[0]?.payment_method_details?.card).toMatchObject(card);
    const [event] = (await account.stripe.events.list({ type: "payment_method.automatically_updated" })).data;
    expect(event?.data).toMatchObject({
      object: { id: method, card },
      previous_attributes: { card: { exp_month: 12, exp_year: 2036, last4: "4242", fingerprint: "fpvisa4242" } },
    });
  });

  test("keeps the fields that a network update omits", async () => {
    const account = await openAccount();
    const { method } = await saved(account);

    await account.control(`/_sim/payment_methods/${method}/network_update`, { expYear: 2040 });

    const [event] = (await account.stripe.events.list({ type: "payment_method.automatically_updated" })).data;
    expect(event?.data.previous_attributes).toEqual({ card: { exp_year: 2036 } });
    expect(event?.data.object).toMatchObject({ card: { exp_month: 12, exp_year: 2040, fingerprint: "fpvisa4242" } });
  });

  test.each([{ expMonth: 0 }, { expMonth: 13 }, { expYear: 1999 }])("is not updated to %j", async (update) => {
    const account = await openAccount();
    const { method } = await saved(account);

    expect(await account.control(`/_sim/payment_methods/${method}/network_update`, update)).toMatchObject({
      error: { type: "invalid_request_error" },
    });
  });

  test("works until its expiry, and again after an update", async () => {
    const account = await openAccount();
    const { stripe, advance } = account;
    const { method, charge } = await saved(account);
    await stripe.paymentMethods.update(method, { card: { exp_month: 4, exp_year: 2027 } });

    await advance(60 * day);
    expect((await charge()).status).toBe("succeeded");
    await advance(day);
    expect(await refusal(charge())).toMatchObject({ statusCode: 402, decline_code: "expired_card" });

    await stripe.paymentMethods.update(method, { card: { exp_month: 4, exp_year: 2030 } });
    expect((await charge()).status).toBe("succeeded");
    const [event] = (await stripe.events.list({ type: "payment_method.updated" })).data;
    expect(event?.data.previous_attributes).toMatchObject({ card: { exp_month: 4, exp_year: 2027 } });
  });
});

describe("a saved account's mandate", () => {
  test("can be named by a debit while it is active and for this account", async () => {
    const account = await openAccount();
    const one = await saved(account, "pm_usBankAccount_success");
    const other = await saved(account, "pm_usBankAccount_success");

    expect((await one.charge({ mandate: one.mandate })).status).toBe("processing");
    expect(await refusal(one.charge({ mandate: other.mandate }))).toMatchObject({
      ...{ statusCode: 400, code: "payment_intent_mandate_invalid", param: "mandate" },
    });
  });

  test("is revoked: the account cannot be debited until another is accepted", async () => {
    const account = await openAccount();
    const { stripe, control } = account;
    const { customer, method, mandate, charge } = await saved(account, "pm_usBankAccount_success");

    await control(`/_sim/mandates/${mandate}/withdrawal`, {});
    await control(`/_sim/mandates/${mandate}/withdrawal`, {});

    expect((await stripe.mandates.retrieve(mandate)).status).toBe("inactive");
    const events = (await stripe.events.list({ type: "mandate.updated" })).data;
    expect(events).toHaveLength(1);
    expect(events[0]?.data.previous_attributes).toEqual({ status: "active" });
    for (const call of [charge(), charge({ mandate })]) {
      expect(await refusal(call)).toMatchObject({ code: "payment_intent_mandate_invalid" });
    }
    await stripe.setupIntents.create({ customer, payment_method: method, confirm: true, mandate_data: testMandate });
    expect((await charge()).status).toBe("processing");
  });

  test("is single-use if the account is not saved", async () => {
    const { stripe } = await openAccount();

    await stripe.paymentIntents.create({
      ...{ amount: 2000, currency: "usd", confirm: true, mandate_data: testMandate },
      payment_method: "pm_usBankAccount_success",
    });

    const [charge] = (await stripe.charges.list()).data;
    const mandate = await stripe.mandates.retrieve(String(charge?.payment_method_details?.us_bank_account?.mandate));
    expect(mandate).toMatchObject({
      ...{ type: "single_use", single_use: { amount: 2000, currency: "usd" }, status: "inactive" },
    });
  });

  test("allows debits only in dollars", async () => {
    const { stripe } = await openAccount();

    const call = stripe.paymentIntents.create({
      ...{ amount: 2000, currency: "eur", confirm: true, mandate_data: testMandate },
      payment_method: "pm_usBankAccount_success",
    });

    expect(await refusal(call)).toMatchObject({ statusCode: 400, param: "payment_method" });
  });
});
