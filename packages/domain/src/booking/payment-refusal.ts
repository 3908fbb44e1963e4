/**
 * Why a payment is refused for good (the `reason` of `payment_refused`), with the text that tells the client what to
 * do. Never Stripe's own text, which may quote client input.
 */
export const paymentRefusals = {
  amount_too_large: "The amount is more than can be paid at once. Pay it in parts, or contact us.",
  amount_too_small: "The amount is below the minimum for a payment. Pay a larger amount.",
  currency_not_supported: "We cannot take payments in this currency. Please contact us.",
  method_not_available: "This payment method is not available right now. Choose another one, or contact us.",
  account_restricted: "We cannot take payments right now, and trying again will not help. Please contact us.",
  email_not_accepted: "The payment provider does not accept your email address. Book with another one, or contact us.",
  not_accepted: "The payment provider does not accept this payment, and trying again will not help. Please contact us.",
} as const satisfies Record<string, string>;

export type PaymentRefusal = keyof typeof paymentRefusals;
