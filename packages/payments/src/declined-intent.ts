import { Stripe } from "stripe";

/**
 * Returns the created intent even if its payment was declined: Stripe answers that with an error that carries the
 * intent. Source: docs.stripe.com/error-handling, "Payment errors".
 */
export async function orDeclined(creating: Promise<Stripe.PaymentIntent>): Promise<Stripe.PaymentIntent> {
  try {
    return await creating;
  } catch (error) {
    if (error instanceof Stripe.errors.StripeCardError && error.payment_intent) return error.payment_intent;
    throw error;
  }
}
