/** Why a try with a saved method failed, as the payer is told. */
export const dueFailures = [
  "card_declined",
  "insufficient_funds",
  "card_expired",
  "authentication_required",
  "method_unusable",
  "bank_returned",
  "provider_error",
] as const;

export type DueFailure = (typeof dueFailures)[number];
