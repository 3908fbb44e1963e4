import type { CreateCheckoutSession, CreateSetupSession, StripeSession } from "@clearing/payments";

/** Stripe's open session for a request. */
export const openSession = (
  { metadata, expiresAt, customerId }: CreateCheckoutSession | CreateSetupSession,
  created: string,
): StripeSession => ({
  sessionId: `cs_${metadata.attemptId}`,
  status: "open",
  url: "https://example.org/page",
  expiresAt,
  created,
  customerId,
  payment: null,
  metadata,
});
