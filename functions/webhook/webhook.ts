import { stripeApiVersion } from "@clearing/payments/api-version";
import { treatmentOf } from "@clearing/payments/events-acted-on";
import { verifyWebhook, type WebhookRefusal } from "@clearing/payments/webhook";
import type { RawHttpRequest, Refusal, Reply } from "@clearing/runtime/api";
import type { Deps, NotConfigured } from "@clearing/runtime/deps";
import type { StripeSecret } from "@clearing/runtime/stripe-secret";
import { storeStripeEvent } from "@clearing/store/stripe-event";

const unsigned = "The Stripe-Signature header is missing or malformed.";
const untimely = "The signature's timestamp is more than five minutes off.";
const details: Record<WebhookRefusal, string> = {
  no_signature: unsigned,
  malformed_signature: unsigned,
  bad_signature: "The Stripe-Signature header does not match the body.",
  stale: untimely,
  future: untimely,
  not_an_event: "The body is not a Stripe snapshot event.",
};

type Unset = Pick<NotConfigured, "notConfigured">;

/**
 * Receives a Stripe webhook: verifies the signature over the raw bytes, then stores the event and the message that
 * starts its work in one transaction. Answers 200 only once that is durable; otherwise Stripe retries, as it does until
 * the operator has stored the signing secret. An event that nothing acts on is dropped; the catch-up counts it.
 */
export async function receiveWebhook(
  request: RawHttpRequest,
  deps: Deps,
  secretOf: () => Promise<StripeSecret | null>,
): Promise<Refusal | Reply | Unset> {
  const secret = await secretOf();
  if (secret === null) return { notConfigured: "stripe" };
  const { webhookSecrets } = secret;
  const now = deps.clock.now();
  const verdict = verifyWebhook(request.body, request.headers["stripe-signature"], webhookSecrets, now);
  if (!verdict.ok) {
    deps.log.warn("webhook refused", { reason: verdict.reason });
    deps.log.metric("WebhookRefused", 1, "Count", { reason: verdict.reason });
    return { refused: "validation_failed", detail: details[verdict.reason] };
  }
  const { event } = verdict;
  if (event.apiVersion !== stripeApiVersion) {
    // Harmless, because the object is fetched again; but the endpoint should be recreated under the pinned version.
    deps.log.warn("webhook api version mismatch", { eventId: event.eventId, apiVersion: event.apiVersion });
    deps.log.metric("WebhookVersionSkew", 1, "Count");
  }
  if (treatmentOf(event) !== "kept") return { status: 200, body: { received: true } };
  const outcome = await storeStripeEvent(deps.store, event, now);
  deps.log.info("webhook received", { eventId: event.eventId, type: event.type, objectId: event.objectId, outcome });
  return outcome === "conflict" ? { refused: "unavailable" } : { status: 200, body: { received: true } };
}
