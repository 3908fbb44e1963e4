import { type Attempt, isUnderWay, sessionOf } from "@clearing/domain/booking";
import type { AttemptFile } from "@clearing/store/attempt";
import { type Applied, applyPayment, applySession, postUnknownCharge } from "./payment.ts";
import { applyCustomer, applyMandate, applyMethod } from "./saved-method.ts";
import type { Services } from "./services.ts";
import { isOver, settleAlone } from "./settle.ts";
import { applySetupSession } from "./settle-setup.ts";
import { applyByHand, applyPart, applyRefundsOf } from "./stripe-refund.ts";

export type StripeHint = { type: string; objectId: string; objectType: string };

type Acted = Applied | { ok: true; handled: false };

/**
 * Applies a Stripe event: fetches the object that it names and applies its current state, so a repeated, late or
 * reordered event changes nothing. Money of another system on the account is posted to `suspense`. `handled: false`:
 * this version does nothing on objects of this type. `named` is the stored attempt that the object's metadata names; if
 * that attempt is final already, Stripe is not asked.
 */
export async function applyStripeEvent(
  services: Services,
  hint: StripeHint,
  named: AttemptFile | null = null,
): Promise<Acted> {
  if (named === null || !isOfOnePayment(hint)) return applyObject(services, hint);
  const action = `stripe:${hint.type}`;
  // A declined card leaves its page open, and the session's own event reports a failed debit.
  if (hint.type === "payment_intent.payment_failed" && named.attempt.via === "checkout") return { ok: true };
  const wasOver = isOver(named.attempt);
  const settled = wasOver
    ? ({ ok: true, attempt: named.attempt } as const)
    : await settleAlone(services, named, action, ({ attempt }) => isOver(attempt));
  if (!settled.ok && "kind" in settled) return settled;
  // The metadata is a copy, or another session has paid the attempt: the object itself tells whose it is.
  if (!settled.ok || !isAbout(settled.attempt, hint)) return applyObject(services, hint);
  const { paymentIntentId } = settled.attempt;
  if (tellsAnEnd.has(hint.type) && isUnderWay(settled.attempt) && paymentIntentId !== null) {
    // The session does not show it yet.
    return fetchPayment(services, paymentIntentId, action);
  }
  return wasOver || hint.objectType !== "charge" ? { ok: true } : applyRefundsBefore(services, hint.objectId, action);
}

/** A payment under way has ended without money. */
const tellsAnEnd: ReadonlySet<string> = new Set(["checkout.session.async_payment_failed", "payment_intent.canceled"]);

/** Applies refunds made by hand on a bank debit before it settled: until then there was no money to take them from. */
async function applyRefundsBefore(services: Services, chargeId: string, action: string): Promise<Applied> {
  const charge = await services.gateway.retrieveCharge(chargeId);
  if (!charge.ok) return charge;
  const { paymentIntentId, amountRefunded } = charge.value;
  if (paymentIntentId === null || amountRefunded === 0) return { ok: true };
  return applyRefundsOf(services, paymentIntentId, action);
}

/** Events that an attempt can be settled by. Refunds have separate attempts and events. */
const isOfOnePayment = ({ type, objectType }: StripeHint): boolean =>
  objectType !== "refund" && type !== "charge.refunded";

/** The object belongs to the attempt, by the ids that the attempt's session brought. */
const isAbout = (attempt: Attempt, { objectId }: StripeHint): boolean =>
  [sessionOf(attempt), attempt.paymentIntentId, attempt.chargeId].includes(objectId);

type Apply = (services: Services, objectId: string, action: string) => Promise<Applied>;

/** The function that applies an object, by object type. */
const appliers: ReadonlyMap<string, Apply> = new Map<string, Apply>([
  ["checkout.session", fetchSession],
  ["payment_intent", fetchPayment],
  ["charge", applyCharge],
  ["refund", fetchRefund],
  ["payment_method", applyMethod],
  ["customer", applyCustomer],
  ["mandate", applyMandate],
]);

async function applyObject(services: Services, { objectId, objectType, type }: StripeHint): Promise<Acted> {
  const apply = appliers.get(objectType);
  return apply === undefined ? { ok: true, handled: false } : apply(services, objectId, `stripe:${type}`);
}

async function fetchSession(services: Services, sessionId: string, action: string): Promise<Applied> {
  const session = await services.gateway.retrieveCheckoutSession(sessionId);
  if (!session.ok) return session;
  if (session.value.setup !== undefined) return applySetupSession(services, session.value, action);
  const applied = await applySession(services, session.value, action);
  // A session of another system.
  return !applied.ok && "reason" in applied && applied.reason === "not_found" ? { ok: true } : applied;
}

async function fetchPayment(services: Services, paymentIntentId: string, action: string): Promise<Applied> {
  const payment = await services.gateway.retrievePaymentIntent(paymentIntentId);
  return payment.ok ? applyPayment(services, payment.value, action) : payment;
}

async function applyCharge(services: Services, chargeId: string, action: string): Promise<Applied> {
  const charge = await services.gateway.retrieveCharge(chargeId);
  if (!charge.ok) return charge;
  const { paymentIntentId, amountRefunded } = charge.value;
  if (paymentIntentId === null) return postUnknownCharge(services, charge.value);
  const applied = await fetchPayment(services, paymentIntentId, action);
  return applied.ok && amountRefunded > 0 ? applyRefundsOf(services, paymentIntentId, action) : applied;
}

async function fetchRefund(services: Services, refundId: string, action: string): Promise<Applied> {
  const found = await services.gateway.retrieveRefund(refundId);
  if (!found.ok) return found;
  const refund = found.value;
  const applied = await applyPart(services, refund, action);
  if (applied !== null) return applied;
  const { paymentIntentId, chargeId } = refund;
  if (paymentIntentId !== null) {
    // The payment first: a refund is posted to the account that its charge was credited to.
    const paid = await fetchPayment(services, paymentIntentId, action);
    return paid.ok ? applyRefundsOf(services, paymentIntentId, action) : paid;
  }
  if (chargeId !== null) {
    const paid = await applyCharge(services, chargeId, action);
    if (!paid.ok) return paid;
  }
  return applyByHand(services, refund, action);
}
