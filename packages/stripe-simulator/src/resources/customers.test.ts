import { describe, expect, test } from "vitest";
import { openAccount, refusal } from "../test-account.ts";

describe("a customer", () => {
  test("is updated field by field; an empty value unsets a field or a metadata key", async () => {
    const { stripe } = await openAccount();
    const { id } = await stripe.customers.create({
      email: "anna@example.org",
      name: "Anna",
      metadata: { a: "1", b: "2" },
    });

    const changed = await stripe.customers.update(id, { name: "", metadata: { a: "", c: "3" } });
    const emptied = await stripe.customers.update(id, { metadata: "" });

    expect(changed).toMatchObject({ email: "anna@example.org", name: null, metadata: { b: "2", c: "3" } });
    expect(emptied.metadata).toEqual({});
  });

  test("is found by e-mail until it is deleted", async () => {
    const { stripe } = await openAccount();
    const { id } = await stripe.customers.create({ email: "anna@example.org" });
    await stripe.customers.create({ email: "ben@example.org" });

    const found = await stripe.customers.list({ email: "anna@example.org" });
    await stripe.customers.del(id);

    expect(found.data.map((customer) => customer.id)).toEqual([id]);
    expect((await stripe.customers.list()).data).toHaveLength(1);
    expect(await stripe.customers.retrieve(id)).toMatchObject({ deleted: true });
    expect((await refusal(stripe.customers.update(id, { name: "x" }))).code).toBe("resource_missing");
  });
});

describe("a payment method", () => {
  test("is attached, listed, changed and detached", async () => {
    const { stripe } = await openAccount();
    const customer = await stripe.customers.create({});

    const attached = await stripe.paymentMethods.attach("pm_card_visa", { customer: customer.id });
    await stripe.paymentMethods.update(attached.id, { metadata: { a: "1" } });
    const listed = await stripe.customers.listPaymentMethods(customer.id, { type: "card" });
    await stripe.customers.update(customer.id, { invoice_settings: { default_payment_method: attached.id } });
    const detached = await stripe.paymentMethods.detach(attached.id);

    expect(listed.data).toMatchObject([
      { id: attached.id, card: { brand: "visa", last4: "4242" }, metadata: { a: "1" } },
    ]);
    expect(detached.customer).toBeNull();
    expect((await refusal(stripe.paymentMethods.detach(attached.id))).code).toBe("payment_method_unexpected_state");
  });

  test("that the bank declines at once cannot be attached; one that fails only when charged can", async () => {
    const { stripe } = await openAccount();
    const customer = await stripe.customers.create({});

    const refused = await refusal(stripe.paymentMethods.attach("pm_card_chargeDeclined", { customer: customer.id }));
    const attached = await stripe.paymentMethods.attach("pm_card_chargeCustomerFail", { customer: customer.id });

    expect(refused).toMatchObject({ statusCode: 402, code: "card_declined" });
    expect(attached.customer).toBe(customer.id);
  });

  test("is created from a token or a test account number, never from a card number", async () => {
    const { stripe } = await openAccount();

    const card = await stripe.paymentMethods.create({ type: "card", card: { token: "tok_mastercard" } });
    const account = await stripe.paymentMethods.create({
      type: "us_bank_account",
      us_bank_account: {
        account_number: "000123456789",
        routing_number: "110000000",
        account_holder_type: "individual",
      },
    });
    const number = await refusal(
      stripe.paymentMethods.create({
        type: "card",
        card: { number: "4242424242424242", exp_month: 1, exp_year: 2030 },
      }),
    );

    expect([card.card?.brand, account.us_bank_account?.last4]).toEqual(["mastercard", "6789"]);
    expect(number.code).toBe("parameter_unknown");
  });
});
