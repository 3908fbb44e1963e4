/**
 * The Stripe API version of the pinned SDK; webhook endpoints are created with it. It is a separate constant, so that
 * the webhook function need not load the SDK; a test keeps the two equal.
 */
export const stripeApiVersion = "2026-10-28.endive";
