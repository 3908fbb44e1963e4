import type { CheckoutFacts, CreateCheckoutSession } from "@clearing/payments";

/** The open session that Stripe makes of what was asked for. */
export const openSession = (
  { metadata, expiresAt, customerId }: CreateCheckoutSession,
  created: string,
): CheckoutFacts => ({
  sessionId: `cs_${metadata.attemptId}`,
  status: "open",
  url: "https://example.org/page",
  expiresAt,
  created,
  customerId,
  payment: null,
  metadata,
});
