import type { Stripe } from "stripe";
import type {
  CreateCheckoutSession,
  CreatePaymentIntent,
  CreateSetupSession,
  ListEvents,
  ListedBy,
} from "./gateway.ts";
import { epochOf } from "./reduce-stripe-objects.ts";

export const pageSize = 100;

/**
 * The parameters of the hosted page. The bank statement shows only the account's own descriptor, which the operator
 * keeps neutral; nothing about the program is added.
 */
export function sessionParams(session: CreateCheckoutSession): Stripe.Checkout.SessionCreateParams {
  return {
    mode: "payment",
    customer: session.customerId,
    // Charges the agreed amount in its own currency, whatever the account's settings are.
    adaptive_pricing: { enabled: false },
    // The account's methods, narrowed to these (the parameter's name since API version 2026-09-30.endive).
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

/**
 * The parameters of a page that saves a method for later. Source:
 * docs.stripe.com/payments/save-and-reuse?platform=web&ui=stripe-hosted.
 */
export function setupParams(session: CreateSetupSession): Stripe.Checkout.SessionCreateParams {
  return {
    mode: "setup",
    customer: session.customerId,
    currency: session.currency,
    allowed_payment_method_types: [...session.methods],
    expires_at: epochOf(session.expiresAt),
    success_url: session.successUrl,
    cancel_url: session.cancelUrl,
    metadata: session.metadata,
    setup_intent_data: { description: session.label, metadata: session.metadata },
    payment_method_options: Object.fromEntries(session.methods.map((method) => [method, methodOptions(method, false)])),
  };
}

/** A bank account is verified at once by signing in: micro-deposits would delay the payment for days. */
function methodOptions(method: CreateCheckoutSession["methods"][number], saveForLater: boolean) {
  return {
    ...(method === "us_bank_account" ? { verification_method: "instant" } : {}),
    ...(saveForLater ? { setup_future_usage: "off_session" } : {}),
  };
}

/**
 * The parameters of an off-session charge, created and confirmed in one request. Source:
 * docs.stripe.com/payments/save-and-reuse.
 */
export function intentParams(intent: CreatePaymentIntent): Stripe.PaymentIntentCreateParams {
  return {
    amount: intent.amount,
    currency: intent.currency,
    customer: intent.customerId,
    payment_method: intent.paymentMethodId,
    allowed_payment_method_types: [intent.methodType],
    ...(intent.mandateId === null ? {} : { mandate: intent.mandateId }),
    description: intent.label,
    metadata: intent.metadata,
    off_session: true,
    confirm: true,
  };
}

export const madeBy = (query: ListedBy): { customer: string } | { created: { gte: number; lte: number } } =>
  "customerId" in query
    ? { customer: query.customerId }
    : { created: { gte: epochOf(query.createdFrom), lte: epochOf(query.createdTo) } };

export function eventQuery(query: ListEvents): Stripe.EventListParams {
  const { createdAfter, createdUntil, startingAfter, endingBefore } = query;
  const created = {
    ...(createdAfter === undefined ? {} : { gte: epochOf(createdAfter) }),
    ...(createdUntil === undefined ? {} : { lte: epochOf(createdUntil) }),
  };
  return {
    limit: pageSize,
    ...(Object.keys(created).length === 0 ? {} : { created }),
    ...(endingBefore === undefined ? after(startingAfter) : { ending_before: endingBefore }),
  };
}

export function after(id: string | undefined): { starting_after?: string } {
  return id === undefined ? {} : { starting_after: id };
}
