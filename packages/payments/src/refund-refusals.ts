import type { Stripe } from "stripe";

/**
 * The codes of final refund refusals with their meaning: a retry changes nothing, and a person must return the money in
 * another way. Every other code can be temporary (a wrong key's `resource_missing`, a new code) and is retried. Stripe
 * sends no code if a refund exceeds what is left; the charge itself shows that. Source: docs.stripe.com/error-codes.
 */
const finalRefusals = {
  charge_already_refunded: "all of the charge was refunded",
  charge_disputed: "the charge was charged back",
  charge_not_refundable: "the charge cannot be refunded, or no longer",
  refund_disputed_payment: "the payment is disputed",
} satisfies Partial<Record<Stripe.PaymentIntent.LastPaymentError.Code, string>>;

/** Whether Stripe's refusal of a refund with this code is final. */
export const isFinalForRefund = (code: string): boolean => Object.hasOwn(finalRefusals, code);
