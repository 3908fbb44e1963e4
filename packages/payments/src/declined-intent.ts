import { Stripe } from "stripe";

/**
 * The intent that was made, also where its payment was declined: Stripe answers that with an error, on which the intent
 * stands. Source: docs.stripe.com/error-handling, "Payment errors".
 */
export async function orDeclined(creating: Promise<Stripe.PaymentIntent>): Promise<Stripe.PaymentIntent> {
  try {
    return await creating;
  } catch (error) {
    if (error instanceof Stripe.errors.StripeCardError && error.payment_intent) return error.payment_intent;
    throw error;
  }
}
