/**
 * Why a payment is refused for good (`payment_refused`, its `reason`), in the words that its problem carries: what the
 * client can do. Never the provider's own text, which may quote what somebody typed.
 */
export const paymentRefusals = {
  amount_too_large: "The amount is more than can be paid at once. Pay it in parts, or write to us.",
  amount_too_small: "The amount is less than the least that can be paid. Pay more of it at once.",
  currency_not_supported: "Payments in this currency cannot be taken. Please write to us.",
  method_not_available: "This way of paying cannot be had at present. Choose another one, or write to us.",
  account_restricted: "Payments cannot be taken at present, and trying again does not help. Please write to us.",
  email_not_accepted:
    "The payment provider does not accept your e-mail address. Book under another one, or write to us.",
  not_accepted:
    "The payment provider does not accept this payment, and trying again does not help. Please write to us.",
} as const satisfies Record<string, string>;

export type PaymentRefusal = keyof typeof paymentRefusals;
