import type { Attempt, OffSessionAttempt, PaymentOutcome } from "@clearing/domain/booking";
import { hasCome, plusHours, plusMinutes } from "@clearing/domain/time";
import type { CheckoutFacts, GatewayResult, PaymentFacts } from "@clearing/payments";
import { clockMinutes, lookUp } from "./look-up.ts";
import { outcomeOf, outcomeOfPayment } from "./outcome.ts";
import { requireKnown } from "./require-known.ts";
import { replayableHours, type Services } from "./services.ts";
import { currentSession } from "./session.ts";

/** How an attempt stands at Stripe. `session` is its page, null for a try without one. */
export type Standing = { outcome: PaymentOutcome; session: CheckoutFacts | null };

/**
 * The one way to ask how an attempt stands, by whatever way it collects: on a page by its session, which is made where
 * none is known, and with a saved method by its payment intent.
 */
export async function standingAtStripe(services: Services, attempt: Attempt): Promise<GatewayResult<Standing>> {
  switch (attempt.via) {
    case "checkout": {
      const session = await currentSession(services, attempt);
      return session.ok ? { ok: true, value: { outcome: outcomeOf(session.value), session: session.value } } : session;
    }
    case "off_session": {
      const payment = await intentOf(services, attempt);
      return payment.ok ? { ok: true, value: { outcome: outcomeOffSession(payment.value), session: null } } : payment;
    }
  }
}

/** Why an attempt with a saved method was refused: Stripe has no intent of it, and its key makes none any more. */
export const intentNeverMade = "intent_never_made";
/** Its intent is not listed yet, and may still be made under its key: no other may be made for its due. */
export const intentNotKnown = "intent_not_known";

/**
 * The payment intent as Stripe has it now; looked up where its id is not known, since it may have been made. One that is
 * not listed was never made only if the look began some minutes after its key's last use: that request may have taken
 * its 17 seconds, and the clocks may differ.
 */
async function intentOf(services: Services, attempt: OffSessionAttempt): Promise<GatewayResult<PaymentFacts>> {
  const { gateway, clock } = services;
  const { id, paymentIntentId, createdAt } = attempt;
  if (paymentIntentId !== null)
    return requireKnown(await gateway.retrievePaymentIntent(paymentIntentId), paymentIntentId);
  const madeUntil = plusHours(createdAt, replayableHours);
  const isTold = hasCome(plusMinutes(madeUntil, clockMinutes), clock.now());
  const found = await lookUp(services, attempt, gateway.listPaymentIntents, madeUntil);
  if (!found.ok) return found;
  if (found.value !== null) return { ok: true, value: found.value };
  const failure = { ok: false, message: `${id} has no payment intent` } as const;
  return isTold
    ? { ...failure, kind: "invalid", code: intentNeverMade }
    : { ...failure, kind: "unknown", code: intentNotKnown };
}

/**
 * What an intent without a page says of its attempt: nobody is there to do what the bank asks for, so that an intent
 * which waits for its client has failed.
 */
export function outcomeOffSession(payment: PaymentFacts): PaymentOutcome {
  const outcome = outcomeOfPayment(payment);
  const { paymentIntentId } = payment;
  return outcome.kind === "open" && payment.status === "requires_action"
    ? { kind: "failed", paymentIntentId, code: authenticationRequired }
    : outcome;
}

const authenticationRequired = "authentication_required";

/**
 * Cancels an intent whose payment has failed, so that no later confirmation of it takes money after its due is free for
 * another attempt (I5). Gives why it failed, or what has become of it meanwhile.
 */
export async function endFailed(
  { gateway }: Services,
  failed: PaymentOutcome & { kind: "failed" },
): Promise<GatewayResult<PaymentOutcome>> {
  const { paymentIntentId } = failed;
  if (paymentIntentId === null) return { ok: true, value: failed };
  const cancelled = await gateway.cancelPaymentIntent(paymentIntentId);
  if (cancelled.ok) return { ok: true, value: failed };
  if (cancelled.kind !== "invalid") return cancelled;
  // It can be cancelled no more: cancelled or paid since.
  const found = requireKnown(await gateway.retrievePaymentIntent(paymentIntentId), paymentIntentId);
  if (!found.ok) return found;
  const outcome = outcomeOffSession(found.value);
  return { ok: true, value: outcome.kind === "cancelled" ? failed : outcome };
}

/**
 * The one way to end what an attempt can still be paid by: its page is expired, or its intent cancelled. Gives what the
 * attempt comes to by that; `invalid` where Stripe ends it no more, which is to be asked about. Null where nothing can be
 * ended: a debit that is on its way succeeds or fails by itself.
 */
export async function endAtStripe(services: Services, attempt: Attempt): Promise<GatewayResult<PaymentOutcome> | null> {
  const { gateway } = services;
  switch (attempt.via) {
    case "checkout": {
      if (attempt.status !== "open" || attempt.sessionId === null) return null;
      const expired = await gateway.expireCheckoutSession(attempt.sessionId);
      return expired.ok ? { ok: true, value: outcomeOf(expired.value) } : expired;
    }
    case "off_session": {
      if (attempt.status !== "requested") return null;
      const payment = await intentOf(services, attempt);
      if (!payment.ok) return payment;
      const cancelled = await gateway.cancelPaymentIntent(payment.value.paymentIntentId);
      return cancelled.ok ? { ok: true, value: outcomeOfPayment(cancelled.value) } : cancelled;
    }
  }
}
