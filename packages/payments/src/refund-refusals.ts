import type { Stripe } from "stripe";

/**
 * The codes with which Stripe refuses a refund for good, and what each means: asking again changes nothing, and a person
 * has to return the money in another way. Every other code may pass - a wrong key's `resource_missing`, a code that is
 * new - and is asked again. That more is asked for than is left comes without a code; the charge itself shows it.
 * Source: docs.stripe.com/error-codes.
 */
const finalRefusals = {
  charge_already_refunded: "all of the charge was refunded",
  charge_disputed: "the charge was charged back",
  charge_not_refundable: "the charge cannot be refunded, or no longer",
  refund_disputed_payment: "the payment is disputed",
} satisfies Partial<Record<Stripe.PaymentIntent.LastPaymentError.Code, string>>;

/** Whether Stripe's refusal of a refund with this code is final. */
export const isFinalForRefund = (code: string): boolean => Object.hasOwn(finalRefusals, code);
