import type { StripeEventFacts } from "./stripe-objects.ts";

/**
 * The events that are acted upon, each of a fact that no other on the list tells. Money is told by its charge, whoever
 * made it and however; a session tells that it ended without money, or that a bank debit is under way. The webhook
 * endpoint asks Stripe for these. Source: docs.stripe.com/api/events/types.
 */
export const eventsActedOn: readonly string[] = [
  "checkout.session.completed",
  "checkout.session.expired",
  "checkout.session.async_payment_failed",
  "payment_intent.processing",
  "payment_intent.canceled",
  "charge.succeeded",
  "charge.captured",
  "charge.updated",
  "charge.refunded",
  "refund.created",
  "refund.updated",
  "refund.failed",
];

/** What a payment is made of at Stripe. Of anything else we know nothing, and no event of it is left out. */
const known = new Set([
  "checkout.session",
  "payment_intent",
  "charge",
  "refund",
  "customer",
  "payment_method",
  "setup_intent",
  "product",
  "price",
]);

/** Whether an event tells nothing that another event does not tell: it is neither stored nor acted upon. */
export function isNeedless({
  type,
  objectType,
  paid,
}: Pick<StripeEventFacts, "type" | "objectType" | "paid">): boolean {
  if (!known.has(objectType)) return false;
  // A session that was paid at once has a charge, which is told by itself.
  return !eventsActedOn.includes(type) || (type === "checkout.session.completed" && paid === true);
}
