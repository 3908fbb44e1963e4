import type { StripeEventFacts } from "./stripe-objects.ts";

/**
 * What becomes of the events of a payment's objects. `acted_on`: each tells a fact that no other of them tells. Money is
 * told by its charge, made by anybody and in any way; a session tells that it ended without money, or that a bank debit is
 * under way; a saved method, its customer or its mandate tell that it is changed or gone. `needless`: another event tells it, the answer to our own request did, or it changes nothing here. An event
 * without a row is not acted upon, and is counted. Source: docs.stripe.com/api/events/types.
 */
const treatments: Readonly<Record<string, "acted_on" | "needless">> = {
  "checkout.session.completed": "acted_on",
  "checkout.session.expired": "acted_on",
  "checkout.session.async_payment_failed": "acted_on",
  "checkout.session.async_payment_succeeded": "needless",
  "payment_intent.created": "needless",
  "payment_intent.requires_action": "needless",
  "payment_intent.amount_capturable_updated": "needless",
  "payment_intent.processing": "acted_on",
  "payment_intent.succeeded": "needless",
  // A debit of a saved account tells nothing else. Of a page, its session tells, and a declined card leaves it open.
  "payment_intent.payment_failed": "acted_on",
  "payment_intent.canceled": "acted_on",
  "charge.pending": "needless",
  "charge.succeeded": "acted_on",
  "charge.captured": "acted_on",
  "charge.updated": "acted_on",
  "charge.refunded": "acted_on",
  "charge.failed": "needless",
  "refund.created": "acted_on",
  "refund.updated": "acted_on",
  "refund.failed": "acted_on",
  "customer.created": "needless",
  "customer.updated": "needless",
  "customer.deleted": "acted_on",
  "payment_method.attached": "needless",
  "payment_method.automatically_updated": "acted_on",
  "payment_method.detached": "acted_on",
  "payment_method.updated": "acted_on",
  "mandate.updated": "acted_on",
  // Its session tells that its page is completed.
  "setup_intent.created": "needless",
  "setup_intent.requires_action": "needless",
  "setup_intent.setup_failed": "needless",
  "setup_intent.succeeded": "needless",
  "setup_intent.canceled": "needless",
  "product.created": "needless",
  "price.created": "needless",
};

/** The events that are acted upon. The webhook endpoint asks Stripe for these. */
export const eventsActedOn: readonly string[] = Object.keys(treatments).filter(
  (type) => treatments[type] === "acted_on",
);

/** What a payment is made of at Stripe, and what it is collected by. Of anything else we know nothing, and each event of it is kept. */
const known = new Set([
  "checkout.session",
  "payment_intent",
  "charge",
  "refund",
  "customer",
  "payment_method",
  "mandate",
  "setup_intent",
  "product",
  "price",
]);

/** `kept`: it is stored and worked on. `needless` and `not_acted_on`: it is let go, and the second is counted. */
type Treatment = "kept" | "needless" | "not_acted_on";

/** What becomes of an event. */
export function treatmentOf({
  type,
  objectType,
  paid,
}: Pick<StripeEventFacts, "type" | "objectType" | "paid">): Treatment {
  if (!known.has(objectType)) return "kept";
  // A session that was paid at once has a charge, which is told by itself.
  if (type === "checkout.session.completed" && paid === true) return "needless";
  const treatment = treatments[type] ?? "not_acted_on";
  return treatment === "acted_on" ? "kept" : treatment;
}
