import type { ReceivedEvent } from "./stripe-objects.ts";

/**
 * How each event of a payment's objects is treated. `acted_on`: it tells a fact that no other event tells. A charge
 * tells of money, whoever made it and however; a session tells that it ended without money, or that a bank debit is
 * under way; a saved method, its customer or its mandate tell that they changed or are gone. `needless`: another event
 * or the answer to our own request tells it, or it changes nothing here. An event that is not listed is not acted on,
 * and is counted. Source: docs.stripe.com/api/events/types.
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
  // The only event about a failed debit of a saved account. For a page the session's event tells it, and a declined
  // card leaves the page open.
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
  // The session tells that its page is completed.
  "setup_intent.created": "needless",
  "setup_intent.requires_action": "needless",
  "setup_intent.setup_failed": "needless",
  "setup_intent.succeeded": "needless",
  "setup_intent.canceled": "needless",
  "product.created": "needless",
  "price.created": "needless",
};

/** The event types that the webhook endpoint asks Stripe for. */
export const eventsActedOn: readonly string[] = Object.keys(treatments).filter(
  (type) => treatments[type] === "acted_on",
);

/** The object types of a payment and of its collection. Every event of any other type is kept. */
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

/** `kept`: stored and worked on. `needless`, `not_acted_on`: dropped; `not_acted_on` is counted. */
type Treatment = "kept" | "needless" | "not_acted_on";

/** Whether a webhook event is kept and acted upon, or dropped. */
export function treatmentOf({
  type,
  objectType,
  paid,
}: Pick<ReceivedEvent, "type" | "objectType" | "paid">): Treatment {
  if (!known.has(objectType)) return "kept";
  // A session that was paid at once has a charge, which has an event.
  if (type === "checkout.session.completed" && paid === true) return "needless";
  const treatment = treatments[type] ?? "not_acted_on";
  return treatment === "acted_on" ? "kept" : treatment;
}
