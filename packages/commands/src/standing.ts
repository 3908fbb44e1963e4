import type { Attempt, OffSessionAttempt, PaymentOutcome } from "@clearing/domain/booking";
import { hasCome, plusHours, plusMinutes } from "@clearing/domain/time";
import type { GatewayResult, StripePayment, StripeSession } from "@clearing/payments";
import { clockMinutes, lookUp } from "./look-up.ts";
import { outcomeOf, outcomeOfPayment } from "./outcome.ts";
import { requireKnown } from "./require-known.ts";
import { replayableHours, type Services } from "./services.ts";
import { currentSession } from "./session.ts";

/** An attempt's state at Stripe. `session` is its page, null for an off-session attempt. */
export type Standing = { outcome: PaymentOutcome; session: StripeSession | null };

/**
 * Reads an attempt's state at Stripe, for both kinds: a page by its session, which is created if none is known, and an
 * off-session attempt by its payment intent.
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

/** The failure code of an off-session attempt that has no intent at Stripe and whose key creates none any more. */
export const intentNeverMade = "intent_never_made";
/** The intent is not listed yet and can still be created under its key, so its due must not get another attempt. */
export const intentNotKnown = "intent_not_known";

/**
 * The payment intent as Stripe has it now. If its id is not known, it is looked up, because it may exist. A missing
 * intent counts as never created only if the search began some minutes after the last use of its key: that request can
 * take 17 seconds, and the clocks may differ.
 */
async function intentOf(services: Services, attempt: OffSessionAttempt): Promise<GatewayResult<StripePayment>> {
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
 * The outcome of an off-session attempt according to its intent. No client is present to authenticate, so an intent
 * that requires action has failed.
 */
export function outcomeOffSession(payment: StripePayment): PaymentOutcome {
  const outcome = outcomeOfPayment(payment);
  const { paymentIntentId } = payment;
  return outcome.kind === "open" && payment.status === "requires_action"
    ? { kind: "failed", paymentIntentId, code: authenticationRequired }
    : outcome;
}

const authenticationRequired = "authentication_required";

/**
 * Cancels an intent whose payment has failed, so that a later confirmation takes no money after its due is free for
 * another attempt (I5). Returns the failure, or the intent's newer outcome.
 */
export async function endFailed(
  services: Services,
  failed: PaymentOutcome & { kind: "failed" },
): Promise<GatewayResult<PaymentOutcome>> {
  if (failed.paymentIntentId === null) return { ok: true, value: failed };
  const ended = await endIntent(services, failed.paymentIntentId);
  return ended.ok ? { ok: true, value: ended.value ?? failed } : ended;
}

/** Cancels an intent. Returns null once it is cancelled, or its newer outcome if it can no longer be cancelled. */
export async function endIntent(
  { gateway }: Services,
  paymentIntentId: string,
): Promise<GatewayResult<PaymentOutcome | null>> {
  const cancelled = await gateway.cancelPaymentIntent(paymentIntentId);
  if (cancelled.ok) return { ok: true, value: null };
  if (cancelled.kind !== "invalid") return cancelled;
  // It was cancelled or paid in the meantime.
  const found = requireKnown(await gateway.retrievePaymentIntent(paymentIntentId), paymentIntentId);
  if (!found.ok) return found;
  const outcome = outcomeOffSession(found.value);
  return { ok: true, value: outcome.kind === "cancelled" ? null : outcome };
}

/**
 * Makes sure that an attempt cannot be paid any more: expires its session or cancels its intent. Returns the resulting
 * outcome; `invalid` if Stripe can no longer end it, so the caller must ask for its state; null if nothing can be ended
 * (a debit under way succeeds or fails without us).
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
