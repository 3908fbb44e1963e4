import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { Stripe } from "stripe";
import { afterEach, describe, expect, test } from "vitest";
import { stripeApiVersion } from "./api-version.ts";
import type { CreatePaymentIntent, Gateway } from "./gateway.ts";
import { stripeGateway } from "./stripe-gateway.ts";

type Seen = { method: string; url: string; key: string | undefined; version: string | undefined; body: string };
type Reply = (seen: Seen, response: ServerResponse, request: IncomingMessage) => void;

const servers: Server[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    await new Promise((closed) => server.close(closed));
  }
});

/** A Stripe that answers its nth request with the nth reply; the last reply repeats. */
async function stripeThat(...replies: Reply[]): Promise<{ gateway: Gateway; seen: Seen[]; pauses: number[] }> {
  const seen: Seen[] = [];
  const pauses: number[] = [];
  const server = createServer(async (request, response) => {
    let body = "";
    for await (const chunk of request) body += chunk;
    const { method = "", url = "", headers } = request;
    const entry: Seen = {
      method,
      url: decodeURIComponent(url),
      key: headers["idempotency-key"] as string | undefined,
      version: headers["stripe-version"] as string | undefined,
      body: decodeURIComponent(body),
    };
    seen.push(entry);
    const reply = replies[Math.min(seen.length, replies.length) - 1];
    reply?.(entry, response, request);
  });
  servers.push(server);
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  const apiBase = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { gateway: gatewayTo(apiBase, pauses), seen, pauses };
}

function gatewayTo(apiBase: string, pauses: number[] = []): Gateway {
  return stripeGateway({
    secretKey: "sk_test_stub",
    apiBase,
    timeoutMs: 150,
    random: () => 0.5,
    sleep: async (ms) => {
      pauses.push(ms);
    },
  });
}

const json =
  (status: number, body: unknown, headers: Record<string, string> = {}): Reply =>
  (_seen, response) =>
    response.writeHead(status, { "content-type": "application/json", ...headers }).end(JSON.stringify(body));
const stripeError = (status: number, error: Record<string, unknown>): Reply => json(status, { error });
const silence: Reply = () => undefined;
const hangUp: Reply = (_seen, _response, request) => request.socket.destroy();

const customer = { id: "cus_1", object: "customer" };
const anna = { email: "anna@example.org", metadata: { app: "clearing" } };

const charge = {
  id: "ch_1",
  object: "charge",
  amount: 250000,
  amount_refunded: 0,
  currency: "usd",
  status: "succeeded",
  created: 1798761600,
  payment_intent: "pi_1",
  payment_method: "pm_1",
  payment_method_details: {
    type: "card",
    card: { fingerprint: "fp_1", mandate: null, network_transaction_id: "nti_1" },
  },
  balance_transaction: {
    ...{ id: "txn_1", object: "balance_transaction", currency: "usd", created: 1798761660 },
    ...{ amount: 250000, fee: 7280, net: 242720 },
  },
  metadata: {},
};
const intent = {
  id: "pi_1",
  object: "payment_intent",
  status: "succeeded",
  amount: 250000,
  amount_received: 250000,
  currency: "usd",
  created: 1798761600,
  customer: "cus_1",
  payment_method_types: ["card"],
  last_payment_error: null,
  latest_charge: charge,
  metadata: { attemptId: "att_1" },
};
const session = {
  id: "cs_1",
  object: "checkout.session",
  status: "complete",
  url: null,
  expires_at: 1798763460,
  created: 1798761600,
  customer: "cus_1",
  payment_intent: intent,
  metadata: { attemptId: "att_1" },
};

describe("Stripe's objects, reduced", () => {
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
    const { gateway } = await stripeThat(json(200, { object: "list", data: [refund], has_more: true }));

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

  test("lists the customers of one address, with the metadata that tells ours", async () => {
    const listed = { object: "list", data: [{ ...customer, metadata: { clientId: "cli_1" } }], has_more: true };
    const { gateway, seen } = await stripeThat(json(200, listed));

    const result = await gateway.listCustomers("anna@example.org", "cus_9");

    expect(result).toEqual({
      ok: true,
      value: { nextAfter: "cus_1", items: [{ customerId: "cus_1", metadata: { clientId: "cli_1" } }] },
    });
    expect(seen[0]?.url).toContain("email=anna@example.org");
    expect(seen[0]?.url).toContain("starting_after=cus_9");
  });

  test.each([
    ["is there", customer, false],
    ["was deleted", { ...customer, deleted: true }, true],
  ])("reads a customer that %s", async (_what, shown, deleted) => {
    const { gateway } = await stripeThat(json(200, shown));

    expect(await gateway.retrieveCustomer("cus_1")).toEqual({ ok: true, value: { deleted } });
  });

  test.each([
    [
      "card that is good through February",
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

  test.each([
    [{ customerId: "cus_1" }, "customer=cus_1"],
    [
      { createdFrom: "2027-01-01T00:00:00Z", createdTo: "2027-01-01T00:31:00Z" },
      "created[gte]=1798761600&created[lte]=1798763460",
    ],
  ])("lists the sessions of %o", async (query, asked) => {
    const { gateway, seen } = await stripeThat(json(200, { object: "list", data: [session], has_more: false }));

    const result = await gateway.listCheckoutSessions(query, "cs_9");

    expect(result).toMatchObject({ ok: true, value: { nextAfter: null, items: [{ sessionId: "cs_1" }] } });
    expect(seen[0]?.url).toContain(asked);
    expect(seen[0]?.url).toContain("starting_after=cs_9");
  });

  test("lists the payment intents of a customer with their states", async () => {
    const { gateway, seen } = await stripeThat(json(200, { object: "list", data: [intent], has_more: true }));

    const result = await gateway.listPaymentIntents({ customerId: "cus_1" }, "pi_9");

    expect(result).toMatchObject({ ok: true, value: { nextAfter: "pi_1", items: [{ paymentIntentId: "pi_1" }] } });
    expect(seen[0]?.url).toContain("/v1/payment_intents?customer=cus_1");
    expect(seen[0]?.url).toContain("starting_after=pi_9");
    expect(seen[0]?.url).toContain("expand[0]=data.latest_charge.balance_transaction");
  });

  test("lists events from an instant on, page by page", async () => {
    const event = {
      id: "evt_1",
      object: "event",
      type: "charge.refunded",
      created: 1798761600,
      data: { object: charge },
    };
    const { gateway, seen } = await stripeThat(json(200, { object: "list", data: [event], has_more: false }));

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

describe("a hosted checkout page", () => {
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
    const { gateway, seen } = await stripeThat(json(200, { ...session, status: "open", payment_intent: null }));

    await gateway.createCheckoutSession(page, "att_1");

    const sent = new URLSearchParams(seen[0]?.body ?? "");
    expect(seen[0]?.key).toBe("att_1");
    expect(sent.get("line_items[0][price_data][product_data][name]")).toBe("Seven-day program");
    expect(sent.get("line_items[0][price_data][unit_amount]")).toBe("250000");
    expect(sent.get("payment_intent_data[metadata][attemptId]")).toBe("att_1");
    expect(sent.get("metadata[attemptId]")).toBe("att_1");
    expect(sent.get("expires_at")).toBe("1798763460");
    expect([sent.get("success_url"), sent.get("cancel_url")]).toEqual([page.successUrl, page.cancelUrl]);
    expect(seen[0]?.body).not.toContain("setup_future_usage");
  });

  test("asks for the amount in its own currency, and for a bank account that is verified at once", async () => {
    const { gateway, seen } = await stripeThat(json(200, { ...session, status: "open", payment_intent: null }));

    await gateway.createCheckoutSession(page, "att_1");
    await gateway.createCheckoutSession({ ...page, methods: ["card"] }, "att_2");

    const [both, cardsOnly] = seen.map(({ body }) => new URLSearchParams(body));
    expect(both?.get("adaptive_pricing[enabled]")).toBe("false");
    expect(both?.get("payment_method_options[us_bank_account][verification_method]")).toBe("instant");
    expect(String(cardsOnly)).not.toContain("payment_method_options");
  });

  test("saves each method for later only with the client's permission", async () => {
    const { gateway, seen } = await stripeThat(json(200, { ...session, status: "open", payment_intent: null }));

    await gateway.createCheckoutSession({ ...page, saveForLater: true }, "att_1");

    const sent = new URLSearchParams(seen[0]?.body ?? "");
    expect(sent.get("payment_method_options[card][setup_future_usage]")).toBe("off_session");
    expect(sent.get("payment_method_options[us_bank_account][setup_future_usage]")).toBe("off_session");
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

    const sent = new URLSearchParams(seen[0]?.body ?? "");
    expect(seen).toMatchObject([{ method: "POST", url: "/v1/checkout/sessions", key: "set_1" }]);
    expect([sent.get("mode"), sent.get("customer"), sent.get("currency")]).toEqual(["setup", "cus_1", "usd"]);
    expect(sent.get("expires_at")).toBe("1798763460");
    expect(sent.get("setup_intent_data[metadata][attemptId]")).toBe("set_1");
    expect(sent.get("payment_method_options[us_bank_account][verification_method]")).toBe("instant");
    expect([sent.get("success_url"), sent.get("cancel_url")]).toEqual([page.successUrl, page.cancelUrl]);
    expect(seen[0]?.body).not.toContain("line_items");
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

describe("a call that fails", () => {
  test("is unknown if no answer comes, after one retry under the same key", async () => {
    const { gateway, seen } = await stripeThat(silence);

    const result = await gateway.createCustomer(anna, "key_1");

    expect(result).toMatchObject({ ok: false, kind: "unknown" });
    expect(seen.map(({ key }) => key)).toEqual(["key_1", "key_1"]);
  });

  test("succeeds when only the first answer was lost", async () => {
    const { gateway, seen } = await stripeThat(silence, json(200, customer));

    const result = await gateway.createCustomer(anna, "key_1");

    expect(result).toEqual({ ok: true, value: { customerId: "cus_1" } });
    expect(seen.map(({ key }) => key)).toEqual(["key_1", "key_1"]);
  });

  test("is unknown when the connection breaks after the request was sent", async () => {
    const { gateway } = await stripeThat(hangUp);

    expect(await gateway.createCustomer(anna, "key_1")).toMatchObject({ ok: false, kind: "unknown" });
  });

  test("is unavailable if the connection is refused: the request cannot have happened", async () => {
    const gateway = gatewayTo("http://127.0.0.1:1");

    expect(await gateway.createCustomer(anna, "key_1")).toMatchObject({ ok: false, kind: "unavailable" });
  });

  test("stays unknown when a first call without an answer is followed by a rate limit", async () => {
    const { gateway } = await stripeThat(silence, stripeError(429, { type: "invalid_request_error", message: "slow" }));

    expect(await gateway.createCustomer(anna, "key_1")).toMatchObject({ ok: false, kind: "unknown" });
  });

  test("is unknown on an internal error that Stripe has not saved", async () => {
    const { gateway } = await stripeThat(stripeError(500, { type: "api_error", message: "oops" }));

    expect(await gateway.createCustomer(anna, "key_1")).toMatchObject({ ok: false, kind: "unknown" });
  });

  test("is a saved failure on an internal error that Stripe replays, which is not asked for again", async () => {
    const broken = { error: { type: "api_error", message: "oops" } };
    const replayed = { "idempotent-replayed": "true" };
    const { gateway, seen } = await stripeThat(json(500, broken), json(500, broken, replayed));

    expect(await gateway.createCustomer(anna, "key_1")).toMatchObject({ ok: false, kind: "saved_failure" });
    expect(seen.map(({ key }) => key)).toEqual(["key_1", "key_1"]);
    expect(await gateway.createCustomer(anna, "key_1")).toMatchObject({ ok: false, kind: "saved_failure" });
    expect(seen).toHaveLength(3);
  });

  test.each([
    ["a firewall's JSON", json(404, { message: "Not Found" })],
    ["a JSON of another kind", json(200, { id: "x", object: "product" })],
    ["a page of HTML", ((_seen, response) => response.writeHead(200).end("<html>hello</html>")) as Reply],
    ["an object without an id", json(200, { object: "customer" })],
  ])("is unknown for a write that %s answers", async (_what, reply) => {
    const { gateway } = await stripeThat(reply);

    expect(await gateway.createCustomer(anna, "key_1")).toMatchObject({ ok: false, kind: "unknown" });
  });

  test("is unavailable for a read, which changes nothing", async () => {
    const { gateway } = await stripeThat(json(502, { message: "Bad Gateway" }));

    expect(await gateway.retrieveCharge("ch_1")).toMatchObject({ ok: false, kind: "unavailable" });
  });

  test("waits longer and longer on a rate limit, then gives up", async () => {
    const limited = stripeError(429, { type: "invalid_request_error", code: "rate_limit", message: "slow" });
    const { gateway, seen, pauses } = await stripeThat(limited);

    const result = await gateway.createCustomer(anna, "key_1");

    expect(result).toMatchObject({ ok: false, kind: "unavailable", code: "rate_limit" });
    expect(seen).toHaveLength(4);
    expect(pauses).toEqual([...pauses].sort((a, b) => a - b));
  });

  test("gets through when an object's lock is released", async () => {
    const locked = stripeError(429, { type: "invalid_request_error", code: "lock_timeout", message: "locked" });
    const { gateway } = await stripeThat(locked, json(200, customer));

    expect(await gateway.createCustomer(anna, "key_1")).toMatchObject({ ok: true });
  });

  test.each([
    [402, { type: "card_error", code: "card_declined", message: "no" }, "declined", 1],
    [400, { type: "invalid_request_error", code: "parameter_unknown", message: "no" }, "invalid", 1],
    [404, { type: "invalid_request_error", code: "resource_missing", message: "no" }, "invalid", 1],
    [400, { type: "idempotency_error", message: "other parameters" }, "idempotency_mismatch", 1],
    [409, { type: "idempotency_error", code: "idempotency_key_in_use", message: "busy" }, "idempotency_in_flight", 1],
    [403, { type: "invalid_request_error", code: "testmode_charges_only", message: "no" }, "invalid", 1],
  ])("answers %i %o as %s, without a retry", async (status, error, kind, requests) => {
    const { gateway, seen } = await stripeThat(stripeError(status, error));

    expect(await gateway.createCustomer(anna, "key_1")).toMatchObject({ ok: false, kind });
    expect(seen).toHaveLength(requests);
  });
});

describe("a refusal", () => {
  test.each([
    [401, {}],
    [403, {}],
    [401, { code: "api_key_expired" }],
    [400, { code: "secret_key_required" }],
  ])("%i %o refuses the key, which is an outage and is not retried", async (status, error) => {
    const { gateway, seen } = await stripeThat(
      stripeError(status, { type: "invalid_request_error", message: "no", ...error }),
    );

    expect(await gateway.createCustomer(anna, "key_1")).toMatchObject({ kind: "unavailable", code: "key_refused" });
    expect(seen).toHaveLength(1);
  });

  test("names the rejected parameter, the only hint at an unsupported currency", async () => {
    const param = "line_items[0][price_data][currency]";
    const { gateway } = await stripeThat(
      stripeError(400, { type: "invalid_request_error", message: "Invalid currency: xyz.", param }),
    );

    expect(await gateway.createCustomer(anna, "key_1")).toMatchObject({
      kind: "invalid",
      code: "currency_not_supported",
      param,
    });
  });
});

test("speaks the API version of the pinned SDK", () => {
  expect(stripeApiVersion).toBe(Stripe.API_VERSION);
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
    const { gateway, seen } = await stripeThat(json(402, { error: { message: "declined", ...error } }));

    expect(await gateway.createPaymentIntent(asked, "att_1")).toMatchObject({
      ok: true,
      value: { status: "requires_payment_method", charge: null, lastError: { declineCode: "lost_card" } },
    });
    expect(seen).toHaveLength(1);
  });

  test("is asked for again under the same key when no answer comes, and is unknown then", async () => {
    const { gateway, seen } = await stripeThat((_seen, _response, request) => request.socket.destroy());

    expect(await gateway.createPaymentIntent(asked, "att_1")).toMatchObject({ ok: false, kind: "unknown" });
    expect(new Set(seen.map(({ key }) => key))).toEqual(new Set(["att_1"]));
  });

  test.each([
    [
      "no such method",
      json(400, { error: { type: "invalid_request_error", code: "resource_missing", message: "x" } }),
      "invalid",
    ],
    [
      "a card error without an intent",
      json(402, { error: { type: "card_error", code: "card_declined", message: "x" } }),
      "declined",
    ],
    ["an answer that is not Stripe's", json(200, { message: "Not Found" }), "unknown"],
  ])("does not exist if Stripe answers with %s", async (_, reply, kind) => {
    const { gateway } = await stripeThat(reply);

    expect(await gateway.createPaymentIntent(asked, "att_1")).toMatchObject({ ok: false, kind });
  });
});
