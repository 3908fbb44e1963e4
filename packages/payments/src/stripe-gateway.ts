import { Stripe } from "stripe";
import { stripeApiVersion } from "./api-version.ts";
import { askStripe } from "./ask-stripe.ts";
import { orDeclined } from "./declined-intent.ts";
import type { Gateway } from "./gateway.ts";
import { genuine, genuineList, pageOf } from "./genuine.ts";
import {
  reduceCharge,
  reduceCustomer,
  reduceEvent,
  reduceMandate,
  reduceMethod,
  reducePayment,
  reduceRefund,
  reduceSession,
} from "./reduce-stripe-objects.ts";
import type { StripePayment, StripeSession } from "./stripe-objects.ts";
import { after, eventQuery, intentParams, madeBy, pageSize, sessionParams, setupParams } from "./stripe-params.ts";

export type StripeGatewayOptions = {
  secretKey: string;
  /** A base URL other than Stripe's, such as `http://127.0.0.1:8790`. */
  apiBase?: string;
  timeoutMs?: number;
  sleep?: (ms: number) => Promise<void>;
  random: () => number;
  /** Called for each call whose API key Stripe does not accept. */
  onKeyRefused?: () => void;
};

const timeoutMs = 8_000;
/** Method and customer are expanded for their present state: a method can be lost before its payment settles. */
const expandedIntent = ["latest_charge.balance_transaction", "payment_method", "customer"];
const expandedSession = [
  ...expandedIntent.map((path) => `payment_intent.${path}`),
  ...["setup_intent.payment_method", "setup_intent.mandate", "customer"],
];
const expandedRefund = ["balance_transaction", "failure_balance_transaction"];

/**
 * The `Gateway` over Stripe's own SDK. It retries here and not in the SDK, because only a caller that saw every call can
 * tell "never happened" from "unknown". A call and its retries carry the same idempotency key.
 */
export function stripeGateway(options: StripeGatewayOptions): Gateway {
  const sleep = options.sleep ?? ((ms) => new Promise((wake) => setTimeout(wake, ms)));
  const { random } = options;
  const stripe = new Stripe(options.secretKey, {
    apiVersion: stripeApiVersion,
    timeout: options.timeoutMs ?? timeoutMs,
    maxNetworkRetries: 0,
    telemetry: false,
    ...(options.apiBase === undefined ? {} : addressOf(options.apiBase)),
  });

  const ask = askStripe({ sleep, random, onKeyRefused: options.onKeyRefused });
  const read = <T>(call: () => Promise<T>) => ask("read", call);
  const write = <T>(call: () => Promise<T>) => ask("write", call);
  /**
   * An idempotency key for one call of a write that is harmless to repeat. The next call gets another key, so a failure
   * saved under this one blocks nothing.
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
        const page = await stripe.customers.list({ email, limit: pageSize, ...after(startingAfter) });
        return pageOf(page, reduceCustomer, (customer) => customer.customerId);
      }),

    retrieveCustomer: (customerId) =>
      read(async () => {
        const customer = genuine<Stripe.Customer | Stripe.DeletedCustomer>(
          await stripe.customers.retrieve(customerId),
          "customer",
        );
        return { deleted: customer.deleted === true };
      }),

    retrievePaymentMethod: (methodId) =>
      read(async () => reduceMethod(genuine(await stripe.paymentMethods.retrieve(methodId), "payment_method"))),

    retrieveMandate: (mandateId) =>
      read(async () => reduceMandate(genuine(await stripe.mandates.retrieve(mandateId), "mandate"))),

    createCheckoutSession: (session, key) =>
      write(async () => {
        const created = await stripe.checkout.sessions.create(sessionParams(session), { idempotencyKey: key });
        return reduceSession(genuine(created, "checkout.session"));
      }),

    createSetupSession: (session, key) =>
      write(async () => {
        const created = await stripe.checkout.sessions.create(setupParams(session), { idempotencyKey: key });
        return reduceSession(genuine(created, "checkout.session"));
      }),

    retrieveCheckoutSession: (sessionId) =>
      read(async () => {
        const session = await stripe.checkout.sessions.retrieve(sessionId, { expand: expandedSession });
        return reduceSession(genuine(session, "checkout.session"));
      }),

    expireCheckoutSession: (sessionId) => {
      const options = { idempotencyKey: passingKey(sessionId) };
      return write(async () => {
        const session = await stripe.checkout.sessions.expire(sessionId, { expand: expandedSession }, options);
        return reduceSession(genuine(session, "checkout.session"));
      });
    },

    listCheckoutSessions: (query, startingAfter) =>
      read(async () => {
        const page = await stripe.checkout.sessions.list({
          ...madeBy(query),
          limit: pageSize,
          expand: expandedSession.map((path) => `data.${path}`),
          ...after(startingAfter),
        });
        return pageOf(page, reduceSession, (session: StripeSession) => session.sessionId);
      }),

    findCheckoutSession: (paymentIntentId) =>
      read(async () => {
        const expand = expandedSession.map((path) => `data.${path}`);
        const page = await stripe.checkout.sessions.list({ payment_intent: paymentIntentId, limit: 1, expand });
        return pageOf(page, reduceSession, (session) => session.sessionId).items[0] ?? null;
      }),

    createPaymentIntent: (intent, key) =>
      write(async () => {
        const params = { ...intentParams(intent), expand: expandedIntent };
        const made = await orDeclined(stripe.paymentIntents.create(params, { idempotencyKey: key }));
        return reducePayment(genuine(made, "payment_intent"));
      }),

    retrievePaymentIntent: (paymentIntentId) =>
      read(async () => {
        const intent = await stripe.paymentIntents.retrieve(paymentIntentId, { expand: expandedIntent });
        return reducePayment(genuine(intent, "payment_intent"));
      }),

    listPaymentIntents: (query, startingAfter) =>
      read(async () => {
        const page = await stripe.paymentIntents.list({
          ...madeBy(query),
          limit: pageSize,
          expand: expandedIntent.map((path) => `data.${path}`),
          ...after(startingAfter),
        });
        return pageOf(page, reducePayment, (payment: StripePayment) => payment.paymentIntentId);
      }),

    cancelPaymentIntent: (paymentIntentId) => {
      const options = { idempotencyKey: passingKey(paymentIntentId) };
      return write(async () => {
        const params = { cancellation_reason: "abandoned" as const, expand: expandedIntent };
        const intent = await stripe.paymentIntents.cancel(paymentIntentId, params, options);
        return reducePayment(genuine(intent, "payment_intent"));
      });
    },

    createRefund: (refund, key) =>
      write(async () => {
        const { chargeId, amount, metadata } = refund;
        const params = { charge: chargeId, amount, metadata, expand: expandedRefund };
        const created = await stripe.refunds.create(params, { idempotencyKey: key });
        return reduceRefund(genuine(created, "refund"));
      }),

    retrieveRefund: (refundId) =>
      read(async () => {
        const refund = await stripe.refunds.retrieve(refundId, { expand: expandedRefund });
        return reduceRefund(genuine(refund, "refund"));
      }),

    listRefunds: (paymentIntentId, startingAfter) =>
      read(async () => {
        const page = await stripe.refunds.list({
          payment_intent: paymentIntentId,
          limit: pageSize,
          expand: expandedRefund.map((path) => `data.${path}`),
          ...after(startingAfter),
        });
        return pageOf(page, reduceRefund, (refund) => refund.refundId);
      }),

    retrieveCharge: (chargeId) =>
      read(async () => {
        const charge = await stripe.charges.retrieve(chargeId, { expand: ["balance_transaction"] });
        return reduceCharge(genuine(charge, "charge"));
      }),

    listEvents: (query) =>
      read(async () => {
        const page = genuineList(await stripe.events.list(eventQuery(query)));
        return { items: page.data.map(reduceEvent), hasMore: page.has_more };
      }),
  };
}

function addressOf(apiBase: string): { host: string; port: string; protocol: "http" | "https" } {
  const { hostname, port, protocol } = new URL(apiBase);
  const scheme = protocol === "http:" ? "http" : "https";
  return { host: hostname, port: port || (scheme === "http" ? "80" : "443"), protocol: scheme };
}
