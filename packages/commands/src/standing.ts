import type { Attempt, OffSessionAttempt, PaymentOutcome } from "@clearing/domain/booking";
import type { CheckoutFacts, GatewayResult } from "@clearing/payments";
import type { Context } from "./context.ts";
import { outcomeOf, outcomeOfPayment } from "./outcome.ts";
import { currentSession } from "./session.ts";
import { shown } from "./shown.ts";

/** How an attempt stands at Stripe. `session` is its page, null for a try without one. */
export type Standing = { outcome: PaymentOutcome; session: CheckoutFacts | null };

/**
 * The one way to ask how an attempt stands, by whatever way it collects: on a page by its session, which is made where
 * none is known, and with a saved method by its payment intent.
 */
export async function standingAtStripe(context: Context, attempt: Attempt): Promise<GatewayResult<Standing>> {
  switch (attempt.via) {
    case "checkout": {
      const session = await currentSession(context, attempt);
      return session.ok ? { ok: true, value: { outcome: outcomeOf(session.value), session: session.value } } : session;
    }
    case "off_session":
      return intentStanding(context, attempt);
  }
}

/** `unknown` while no intent is known of it: it may have been made, so that no other may be made for its due. */
async function intentStanding(
  { gateway }: Context,
  { id, paymentIntentId }: OffSessionAttempt,
): Promise<GatewayResult<Standing>> {
  if (paymentIntentId === null) {
    return { ok: false, kind: "unknown", code: "intent_not_known", message: `${id} has no payment intent yet` };
  }
  const payment = shown(await gateway.retrievePaymentIntent(paymentIntentId), paymentIntentId);
  return payment.ok ? { ok: true, value: { outcome: outcomeOfPayment(payment.value), session: null } } : payment;
}
