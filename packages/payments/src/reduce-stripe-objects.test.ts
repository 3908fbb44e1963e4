import { describe, expect, test } from "vitest";
import { stripeApiVersion } from "./api-version.ts";
import { charge, customer, intent, json, listOf, session, stripeThat } from "./testing/stripe-stub.ts";

describe("an object of Stripe, reduced", () => {
  test("reads a paid session down to the fee that Stripe took", async () => {
    const { gateway, seen } = await stripeThat(json(200, session));

    const result = await gateway.retrieveCheckoutSession("cs_1");

    expect(result).toMatchObject({
      ok: true,
      value: {
        sessionId: "cs_1",
        status: "complete",
        expiresAt: "2027-01-01T00:31:00Z",
        payment: {
          status: "succeeded",
          amountReceived: 250000,
          methodType: "card",
          charge: {
            chargeId: "ch_1",
            paidWith: { paymentMethodId: "pm_1", fingerprint: "fp_1", mandateId: null, networkTransactionId: "nti_1" },
            balanceTransaction: {
              ...{ id: "txn_1", amount: 250000, fee: 7280, net: 242720 },
              ...{ currency: "usd", created: "2027-01-01T00:01:00Z" },
            },
          },
        },
      },
    });
    expect(seen[0]?.url).toContain("expand[0]=payment_intent.latest_charge.balance_transaction");
    expect(seen[0]?.version).toBe(stripeApiVersion);
  });

  test("reads the bank account and the mandate of a debit, and nothing of a charge that names no method", async () => {
    const us_bank_account = { fingerprint: "fp_bank", mandate: "mandate_1" };
    const debit = { ...charge, payment_method_details: { type: "us_bank_account", us_bank_account } };
    const bare = { ...charge, payment_method: null, payment_method_details: null };
    const { gateway } = await stripeThat(json(200, debit), json(200, bare));

    expect(await gateway.retrieveCharge("ch_1")).toMatchObject({
      value: {
        paidWith: {
          ...{ paymentMethodId: "pm_1", fingerprint: "fp_bank", mandateId: "mandate_1", networkTransactionId: null },
        },
      },
    });
    expect(await gateway.retrieveCharge("ch_1")).toMatchObject({
      value: { paidWith: { paymentMethodId: null, fingerprint: null, mandateId: null, networkTransactionId: null } },
    });
  });

  test("reads an unpaid session as having no payment", async () => {
    const open = { ...session, status: "open", url: "https://checkout.stripe.com/c/cs_1", payment_intent: null };
    const { gateway } = await stripeThat(json(200, open));

    const result = await gateway.retrieveCheckoutSession("cs_1");

    expect(result).toMatchObject({ ok: true, value: { status: "open", payment: null, url: open.url } });
  });

  test.each([
    ["is attached", { payment_method: { id: "pm_1", object: "payment_method", customer: "cus_1" } }, undefined],
    ["is not shown", { payment_method: "pm_1" }, undefined],
    ["was detached", { payment_method: { id: "pm_1", object: "payment_method", customer: null } }, "detached"],
    ["lost its customer", { customer: { id: "cus_1", object: "customer", deleted: true } }, "customer_deleted"],
  ])("reads that the method of a payment %s, in the same request", async (_what, shown, methodLost) => {
    const { gateway, seen } = await stripeThat(
      json(200, { ...session, payment_intent: { ...intent, ...shown } }),
      json(200, { ...intent, ...shown }),
    );

    const page = await gateway.retrieveCheckoutSession("cs_1");
    const payment = await gateway.retrievePaymentIntent("pi_1");

    expect(page.ok && page.value.payment?.methodLost).toBe(methodLost);
    expect(payment).toMatchObject({ ok: true, value: { customerId: "cus_1" } });
    expect(payment.ok && payment.value.methodLost).toBe(methodLost);
    expect(seen[0]?.url).toContain("expand[1]=payment_intent.payment_method&expand[2]=payment_intent.customer");
    expect(seen[1]?.url).toContain("expand[1]=payment_method&expand[2]=customer");
  });

  test.each([
    ["is active", {}, undefined],
    [
      "was detached",
      { payment_method: { id: "pm_1", object: "payment_method", type: "card", customer: null } },
      "detached",
    ],
    [
      "has an inactive mandate",
      { mandate: { id: "mandate_1", object: "mandate", status: "inactive" } },
      "mandate_withdrawn",
    ],
  ])("reads that the method of a setup %s", async (_what, shown, methodLost) => {
    const setup_intent = {
      ...{ id: "seti_1", object: "setup_intent", status: "succeeded" },
      mandate: { id: "mandate_1", object: "mandate", status: "active" },
      payment_method: { id: "pm_1", object: "payment_method", type: "us_bank_account", customer: "cus_1" },
      ...shown,
    };
    const setup = { ...session, mode: "setup", payment_intent: null, setup_intent };
    const { gateway, seen } = await stripeThat(
      json(200, setup),
      json(200, { ...setup, customer: { ...customer, deleted: true } }),
    );

    const shownNow = await gateway.retrieveCheckoutSession("cs_1");
    const withoutCustomer = await gateway.retrieveCheckoutSession("cs_1");

    expect(shownNow.ok && shownNow.value.setup).toMatchObject({ status: "succeeded", mandateId: "mandate_1" });
    expect(shownNow.ok && shownNow.value.setup?.methodLost).toBe(methodLost);
    expect(withoutCustomer).toMatchObject({
      value: { customerId: "cus_1", setup: { methodLost: "customer_deleted" } },
    });
    expect(seen[0]?.url).toContain("setup_intent.mandate");
  });

  test("reads a declined payment's reason from its last error", async () => {
    const declined = {
      ...intent,
      status: "requires_payment_method",
      amount_received: 0,
      latest_charge: null,
      last_payment_error: { type: "card_error", code: "card_declined", decline_code: "insufficient_funds" },
    };
    const { gateway } = await stripeThat(json(200, declined));

    const result = await gateway.retrievePaymentIntent("pi_1");

    expect(result).toMatchObject({
      ok: true,
      value: { charge: null, lastError: { code: "card_declined", declineCode: "insufficient_funds" } },
    });
  });

  test("reads a refund that failed later with both of its balance transactions, in the balance's own currency", async () => {
    const inDollars = { object: "balance_transaction", currency: "usd", fee: 0 };
    const refund = {
      id: "re_1",
      object: "refund",
      charge: "ch_1",
      payment_intent: "pi_1",
      amount: 100000,
      currency: "eur",
      status: "failed",
      created: 1798761600,
      balance_transaction: { ...inDollars, id: "txn_2", amount: -108000, net: -108000, created: 1798761660 },
      failure_balance_transaction: { ...inDollars, id: "txn_3", amount: 107000, net: 107000, created: 1799020800 },
      failure_reason: "lost_or_stolen_card",
      metadata: null,
    };
    const { gateway } = await stripeThat(listOf([refund], { more: true }));

    const result = await gateway.listRefunds("pi_1");

    expect(result).toMatchObject({
      ok: true,
      value: {
        nextAfter: "re_1",
        items: [
          {
            status: "failed",
            currency: "eur",
            balanceTransaction: { id: "txn_2", amount: -108000, currency: "usd", created: "2027-01-01T00:01:00Z" },
            failureBalanceTransaction: {
              id: "txn_3",
              amount: 107000,
              currency: "usd",
              created: "2027-01-04T00:00:00Z",
            },
            metadata: {},
          },
        ],
      },
    });
  });

  test.each([
    ["exists", customer, false],
    ["was deleted", { ...customer, deleted: true }, true],
  ])("reads a customer that %s", async (_what, shown, deleted) => {
    const { gateway } = await stripeThat(json(200, shown));

    expect(await gateway.retrieveCustomer("cus_1")).toEqual({ ok: true, value: { deleted } });
  });

  test.each([
    [
      "card that expires in February",
      {
        type: "card",
        customer: "cus_1",
        card: { fingerprint: "fp_1", last4: "4242", exp_month: 2, exp_year: 2028 },
      },
      { customerId: "cus_1", type: "card", fingerprint: "fp_1", last4: "4242", expiresOn: "2028-02-29" },
    ],
    [
      "bank account that was detached",
      { type: "us_bank_account", customer: null, us_bank_account: { fingerprint: "fp_2", last4: "6789" } },
      { customerId: null, type: "us_bank_account", fingerprint: "fp_2", last4: "6789", expiresOn: null },
    ],
  ])("reads a %s", async (_what, shown, reduced) => {
    const { gateway } = await stripeThat(json(200, { object: "payment_method", id: "pm_1", ...shown }));

    expect(await gateway.retrievePaymentMethod("pm_1")).toEqual({ ok: true, value: { methodId: "pm_1", ...reduced } });
  });

  test("reads a mandate with its payment method", async () => {
    const mandate = { object: "mandate", id: "mandate_1", status: "inactive", payment_method: "pm_1" };
    const { gateway } = await stripeThat(json(200, mandate));

    expect(await gateway.retrieveMandate("mandate_1")).toEqual({
      ok: true,
      value: { mandateId: "mandate_1", status: "inactive", methodId: "pm_1" },
    });
  });
});

describe("a page of a list", () => {
  test("of the customers of one address, with the metadata that tells ours", async () => {
    const ours = { ...customer, metadata: { clientId: "cli_1" } };
    const { gateway, seen } = await stripeThat(listOf([ours], { more: true }));

    const result = await gateway.listCustomers("anna@example.org", "cus_9");

    expect(result).toEqual({
      ok: true,
      value: { nextAfter: "cus_1", items: [{ customerId: "cus_1", metadata: { clientId: "cli_1" } }] },
    });
    expect(seen[0]?.url).toContain("email=anna@example.org");
    expect(seen[0]?.url).toContain("starting_after=cus_9");
  });

  test.each([
    [{ customerId: "cus_1" }, "customer=cus_1"],
    [
      { createdFrom: "2027-01-01T00:00:00Z", createdTo: "2027-01-01T00:31:00Z" },
      "created[gte]=1798761600&created[lte]=1798763460",
    ],
  ])("of the sessions of %o", async (query, asked) => {
    const { gateway, seen } = await stripeThat(listOf([session]));

    const result = await gateway.listCheckoutSessions(query, "cs_9");

    expect(result).toMatchObject({ ok: true, value: { nextAfter: null, items: [{ sessionId: "cs_1" }] } });
    expect(seen[0]?.url).toContain(asked);
    expect(seen[0]?.url).toContain("starting_after=cs_9");
  });

  test("of the payment intents of a customer with their states", async () => {
    const { gateway, seen } = await stripeThat(listOf([intent], { more: true }));

    const result = await gateway.listPaymentIntents({ customerId: "cus_1" }, "pi_9");

    expect(result).toMatchObject({ ok: true, value: { nextAfter: "pi_1", items: [{ paymentIntentId: "pi_1" }] } });
    expect(seen[0]?.url).toContain("/v1/payment_intents?customer=cus_1");
    expect(seen[0]?.url).toContain("starting_after=pi_9");
    expect(seen[0]?.url).toContain("expand[0]=data.latest_charge.balance_transaction");
  });

  test("of events from an instant on, page by page", async () => {
    const event = {
      id: "evt_1",
      object: "event",
      type: "charge.refunded",
      created: 1798761600,
      data: { object: charge },
    };
    const { gateway, seen } = await stripeThat(listOf([event]));

    const result = await gateway.listEvents({
      createdAfter: "2027-01-01T00:00:00Z",
      startingAfter: "evt_0",
    });

    expect(result).toMatchObject({
      ok: true,
      value: { hasMore: false, items: [{ eventId: "evt_1", objectId: "ch_1", objectType: "charge" }] },
    });
    expect(seen[0]?.url).toContain("created[gte]=1798761600");
    expect(seen[0]?.url).toContain("starting_after=evt_0");
  });
});
