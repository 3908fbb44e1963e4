import { pauseMs } from "@clearing/domain/retry";
import { Stripe } from "stripe";
import { STRIPE_API_VERSION } from "./api-version.ts";
import type {
  CreateCheckoutSession,
  Gateway,
  GatewayResult,
  ListCheckoutSessions,
  ListEvents,
  Page,
} from "./gateway.ts";
import {
  chargeFacts,
  checkoutFacts,
  customerFacts,
  epochOf,
  eventFacts,
  paymentFacts,
  refundFacts,
} from "./reduce-stripe-objects.ts";
import { type Effect, ForeignAnswer, failureOf, isThrottled, keyRefused } from "./stripe-failure.ts";
import type { CheckoutFacts } from "./stripe-objects.ts";

export type StripeGatewayOptions = {
  secretKey: string;
  /** Another base address than Stripe's, such as `http://127.0.0.1:8790`. */
  apiBase?: string;
  timeoutMs?: number;
  sleep?: (ms: number) => Promise<void>;
  random: () => number;
  /** Told of each call whose key Stripe does not accept, whoever made it. */
  onKeyRefused?: () => void;
};

const TIMEOUT_MS = 8_000;
const ATTEMPTS = { network: 2, throttled: 4 } as const;
const PAUSES = { firstMs: 500, longestMs: 2_000 };
const INTENT = ["latest_charge.balance_transaction"];
const SESSION = ["payment_intent.latest_charge.balance_transaction"];
const REFUND = ["balance_transaction", "failure_balance_transaction"];
const PAGE_SIZE = 100;

/**
 * The one `Gateway`: Stripe over its own SDK. Retries are made here and not by the SDK, since only a caller that saw
 * every try can tell "never happened" from "unknown"; all tries of one call carry the same idempotency key.
 */
export function stripeGateway(options: StripeGatewayOptions): Gateway {
  const sleep = options.sleep ?? ((ms) => new Promise((wake) => setTimeout(wake, ms)));
  const { random } = options;
  const stripe = new Stripe(options.secretKey, {
    apiVersion: STRIPE_API_VERSION,
    timeout: options.timeoutMs ?? TIMEOUT_MS,
    maxNetworkRetries: 0,
    telemetry: false,
    ...(options.apiBase === undefined ? {} : addressOf(options.apiBase)),
  });

  /** One call with its bounded, jittered retries. Once a try may have had an effect, no later error can rule it out. */
  async function ask<T>(effect: Effect, call: () => Promise<T>): Promise<GatewayResult<T>> {
    let mayHaveHappened = false;
    for (let attempt = 1; ; attempt += 1) {
      try {
        return { ok: true, value: await call() };
      } catch (error) {
        const failure = failureOf(error, effect);
        if (failure.code === keyRefused) options.onKeyRefused?.();
        mayHaveHappened ||= failure.kind === "unknown";
        const retryable = failure.kind === "unavailable" || failure.kind === "unknown";
        const most = isThrottled(error) ? ATTEMPTS.throttled : ATTEMPTS.network;
        // A wrong or under-privileged key does not become right by asking again.
        if (!retryable || attempt >= most || failure.code === keyRefused) {
          return failure.kind === "unavailable" && mayHaveHappened ? { ...failure, kind: "unknown" } : failure;
        }
        await sleep(pauseMs(attempt, PAUSES, random()));
      }
    }
  }

  const read = <T>(call: () => Promise<T>) => ask("read", call);
  const write = <T>(call: () => Promise<T>) => ask("write", call);
  /**
   * For writes that need no lasting key since repeating them is harmless: one key for the tries of one call. The next
   * call has another, so that what was saved under this one stands in nobody's way.
   */
  const passingKey = (of: string) => `${of}_${Math.floor(random() * 2 ** 48).toString(36)}`;

  return {
    createCustomer: (customer, key) =>
      write(async () => {
        const { email, metadata } = customer;
        const created = await stripe.customers.create({ email, metadata }, { idempotencyKey: key });
        return { customerId: genuine(created, "customer").id };
      }),

    listCustomers: (email, startingAfter) =>
      read(async () => {
        const page = await stripe.customers.list({ email, limit: PAGE_SIZE, ...after(startingAfter) });
        return pageOf(page, customerFacts, (facts) => facts.customerId);
      }),

    retrieveCustomer: (customerId) =>
      read(async () => {
        const customer = genuine<Stripe.Customer | Stripe.DeletedCustomer>(
          await stripe.customers.retrieve(customerId),
          "customer",
        );
        return { deleted: customer.deleted === true };
      }),

    createCheckoutSession: (session, key) =>
      write(async () => {
        const created = await stripe.checkout.sessions.create(sessionParams(session), { idempotencyKey: key });
        return checkoutFacts(genuine(created, "checkout.session"));
      }),

    retrieveCheckoutSession: (sessionId) =>
      read(async () => {
        const session = await stripe.checkout.sessions.retrieve(sessionId, { expand: SESSION });
        return checkoutFacts(genuine(session, "checkout.session"));
      }),

    expireCheckoutSession: (sessionId) => {
      const options = { idempotencyKey: passingKey(sessionId) };
      return write(async () => {
        const session = await stripe.checkout.sessions.expire(sessionId, { expand: SESSION }, options);
        return checkoutFacts(genuine(session, "checkout.session"));
      });
    },

    listCheckoutSessions: (query, startingAfter) =>
      read(async () => {
        const page = await stripe.checkout.sessions.list({
          ...sessionQuery(query),
          limit: PAGE_SIZE,
          expand: SESSION.map((path) => `data.${path}`),
          ...after(startingAfter),
        });
        return pageOf(page, checkoutFacts, (facts: CheckoutFacts) => facts.sessionId);
      }),

    findCheckoutSession: (paymentIntentId) =>
      read(async () => {
        const expand = SESSION.map((path) => `data.${path}`);
        const page = await stripe.checkout.sessions.list({ payment_intent: paymentIntentId, limit: 1, expand });
        return pageOf(page, checkoutFacts, (facts) => facts.sessionId).items[0] ?? null;
      }),

    retrievePaymentIntent: (paymentIntentId) =>
      read(async () => {
        const intent = await stripe.paymentIntents.retrieve(paymentIntentId, { expand: INTENT });
        return paymentFacts(genuine(intent, "payment_intent"));
      }),

    cancelPaymentIntent: (paymentIntentId) => {
      const options = { idempotencyKey: passingKey(paymentIntentId) };
      return write(async () => {
        const params = { cancellation_reason: "abandoned" as const, expand: INTENT };
        const intent = await stripe.paymentIntents.cancel(paymentIntentId, params, options);
        return paymentFacts(genuine(intent, "payment_intent"));
      });
    },

    createRefund: (refund, key) =>
      write(async () => {
        const { chargeId, amount, metadata } = refund;
        const params = { charge: chargeId, amount, metadata, expand: REFUND };
        const created = await stripe.refunds.create(params, { idempotencyKey: key });
        return refundFacts(genuine(created, "refund"));
      }),

    retrieveRefund: (refundId) =>
      read(async () => {
        const refund = await stripe.refunds.retrieve(refundId, { expand: REFUND });
        return refundFacts(genuine(refund, "refund"));
      }),

    listRefunds: (paymentIntentId, startingAfter) =>
      read(async () => {
        const page = await stripe.refunds.list({
          payment_intent: paymentIntentId,
          limit: PAGE_SIZE,
          expand: REFUND.map((path) => `data.${path}`),
          ...after(startingAfter),
        });
        return pageOf(page, refundFacts, (facts) => facts.refundId);
      }),

    retrieveCharge: (chargeId) =>
      read(async () => {
        const charge = await stripe.charges.retrieve(chargeId, { expand: ["balance_transaction"] });
        return chargeFacts(genuine(charge, "charge"));
      }),

    listEvents: (query) =>
      read(async () => {
        const page = genuineList(await stripe.events.list(eventQuery(query)));
        return { items: page.data.map(eventFacts), hasMore: page.has_more };
      }),
  };
}

/**
 * The hosted page's parameters. The bank statement shows the account's own descriptor, which the operator keeps
 * neutral: nothing about the program is added to it.
 */
function sessionParams(session: CreateCheckoutSession): Stripe.Checkout.SessionCreateParams {
  return {
    mode: "payment",
    customer: session.customerId,
    // The amount that was agreed on, in its own currency, whatever the account's settings are.
    adaptive_pricing: { enabled: false },
    // What the account offers anyway, narrowed to these (the API's word since 2026-09-30.endive).
    allowed_payment_method_types: [...session.methods],
    line_items: [
      {
        quantity: 1,
        price_data: {
          currency: session.currency,
          unit_amount: session.amount,
          product_data: { name: session.label },
        },
      },
    ],
    expires_at: epochOf(session.expiresAt),
    success_url: session.successUrl,
    cancel_url: session.cancelUrl,
    metadata: session.metadata,
    payment_intent_data: { description: session.label, metadata: session.metadata },
    payment_method_options: Object.fromEntries(
      session.methods.map((method) => [method, methodOptions(method, session.saveForLater)]),
    ),
  };
}

/** A bank account is verified at once, by signing in: micro-deposits would keep the payment waiting for days. */
function methodOptions(method: CreateCheckoutSession["methods"][number], saveForLater: boolean) {
  return {
    ...(method === "us_bank_account" ? { verification_method: "instant" } : {}),
    ...(saveForLater ? { setup_future_usage: "off_session" } : {}),
  };
}

const sessionQuery = (query: ListCheckoutSessions): Stripe.Checkout.SessionListParams =>
  "customerId" in query
    ? { customer: query.customerId }
    : { created: { gte: epochOf(query.createdFrom), lte: epochOf(query.createdTo) } };

function eventQuery(query: ListEvents): Stripe.EventListParams {
  const { createdAfter, createdUntil, startingAfter, endingBefore } = query;
  const created = {
    ...(createdAfter === undefined ? {} : { gte: epochOf(createdAfter) }),
    ...(createdUntil === undefined ? {} : { lte: epochOf(createdUntil) }),
  };
  return {
    limit: PAGE_SIZE,
    ...(Object.keys(created).length === 0 ? {} : { created }),
    ...(endingBefore === undefined ? after(startingAfter) : { ending_before: endingBefore }),
  };
}

function after(id: string | undefined): { starting_after?: string } {
  return id === undefined ? {} : { starting_after: id };
}

function addressOf(apiBase: string): { host: string; port: string; protocol: "http" | "https" } {
  const { hostname, port, protocol } = new URL(apiBase);
  const scheme = protocol === "http:" ? "http" : "https";
  return { host: hostname, port: port || (scheme === "http" ? "80" : "443"), protocol: scheme };
}

/** The SDK resolves any JSON without an `error` as success; only an object of the asked kind with an id is Stripe's. */
function genuine<T extends { id: string; object: string }>(answer: T, object: T["object"]): T {
  if (answer?.object !== object || typeof answer.id !== "string" || answer.id === "") {
    throw new ForeignAnswer(`an answer that is no ${object}`);
  }
  return answer;
}

type StripeList<S> = { object: "list"; data: S[]; has_more: boolean };

function genuineList<S>(list: StripeList<S>): StripeList<S> {
  if (list?.object !== "list" || !Array.isArray(list.data)) throw new ForeignAnswer("an answer that is no list");
  return list;
}

function pageOf<S, T>(list: StripeList<S>, facts: (item: S) => T, idOf: (item: T) => string): Page<T> {
  const items = genuineList(list).data.map(facts);
  const last = items.at(-1);
  return { items, nextAfter: list.has_more && last !== undefined ? idOf(last) : null };
}
