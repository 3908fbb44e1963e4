/**
 * The Stripe API version that the pinned SDK speaks; webhook endpoints are created with it. A constant of its own, so
 * that the webhook function need not load the SDK; a test holds the two equal.
 */
export const stripeApiVersion = "2026-10-28.endive";
