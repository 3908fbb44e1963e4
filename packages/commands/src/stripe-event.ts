import { type Attempt, isUnderWay, sessionOf } from "@clearing/domain/booking";
import type { AttemptFile } from "@clearing/store/attempt";
import type { Context } from "./context.ts";
import { type Applied, applyPayment, applySession, postUnknownCharge } from "./payment.ts";
import { applyCustomer, applyMandate, applyMethod } from "./saved-method.ts";
import { isOver, settleAlone } from "./settle.ts";
import { applySetupSession } from "./settle-setup.ts";
import { applyByHand, applyPart, applyRefundsOf } from "./stripe-refund.ts";

export type StripeHint = { type: string; objectId: string; objectType: string };

type Acted = Applied | { ok: true; handled: false };

/**
 * Acts on a Stripe event: the object that it names is fetched again and applied forward, so that an event that comes
 * twice, late or out of order changes nothing. Money of another system on the account is posted to `suspense`.
 * `handled: false`: nothing is done yet on objects of this type. `named` is the attempt that the object's metadata
 * names, as it is stored: where that has seen all that the event can tell, Stripe is not asked.
 */
export async function applyStripeEvent(
  context: Context,
  hint: StripeHint,
  named: AttemptFile | null = null,
): Promise<Acted> {
  if (named === null || !isOfOnePayment(hint)) return applyObject(context, hint);
  const action = `stripe:${hint.type}`;
  // A card that is declined on a page leaves the page open, and of a debit's failure its session tells.
  if (hint.type === "payment_intent.payment_failed" && named.attempt.via === "checkout") return { ok: true };
  const wasOver = isOver(named.attempt);
  const settled = wasOver
    ? ({ ok: true, attempt: named.attempt } as const)
    : await settleAlone(context, named, action, ({ attempt }) => isOver(attempt));
  if (!settled.ok && "kind" in settled) return settled;
  // A copy of its metadata, or an attempt that another session has paid: the object itself says whose it is.
  if (!settled.ok || !isAbout(settled.attempt, hint)) return applyObject(context, hint);
  const { paymentIntentId } = settled.attempt;
  if (tellsAnEnd.has(hint.type) && isUnderWay(settled.attempt) && paymentIntentId !== null) {
    // The session does not show it yet.
    return fetchPayment(context, paymentIntentId, action);
  }
  return wasOver || hint.objectType !== "charge" ? { ok: true } : applyRefundsBefore(context, hint.objectId, action);
}

/** A payment that was under way has ended without money. */
const tellsAnEnd: ReadonlySet<string> = new Set(["checkout.session.async_payment_failed", "payment_intent.canceled"]);

/** Refunds of a bank debit that were made by hand before it settled: until then they had no money to be taken from. */
async function applyRefundsBefore(context: Context, chargeId: string, action: string): Promise<Applied> {
  const charge = await context.gateway.retrieveCharge(chargeId);
  if (!charge.ok) return charge;
  const { paymentIntentId, amountRefunded } = charge.value;
  if (paymentIntentId === null || amountRefunded === 0) return { ok: true };
  return applyRefundsOf(context, paymentIntentId, action);
}

/** What a payment's own attempt can be settled by; refunds have requests of their own. */
const isOfOnePayment = ({ type, objectType }: StripeHint): boolean =>
  objectType !== "refund" && type !== "charge.refunded";

/** The object is the attempt's own, by the ids that its own session brought. */
const isAbout = (attempt: Attempt, { objectId }: StripeHint): boolean =>
  [sessionOf(attempt), attempt.paymentIntentId, attempt.chargeId].includes(objectId);

type Apply = (context: Context, objectId: string, action: string) => Promise<Applied>;

/** What applies an object that an event names, by the object's type. */
const appliers: ReadonlyMap<string, Apply> = new Map<string, Apply>([
  ["checkout.session", fetchSession],
  ["payment_intent", fetchPayment],
  ["charge", applyCharge],
  ["refund", fetchRefund],
  ["payment_method", applyMethod],
  ["customer", applyCustomer],
  ["mandate", applyMandate],
]);

async function applyObject(context: Context, { objectId, objectType, type }: StripeHint): Promise<Acted> {
  const apply = appliers.get(objectType);
  return apply === undefined ? { ok: true, handled: false } : apply(context, objectId, `stripe:${type}`);
}

async function fetchSession(context: Context, sessionId: string, action: string): Promise<Applied> {
  const session = await context.gateway.retrieveCheckoutSession(sessionId);
  if (!session.ok) return session;
  if (session.value.setup !== undefined) return applySetupSession(context, session.value, action);
  const applied = await applySession(context, session.value, action);
  // A session of another system.
  return !applied.ok && "reason" in applied && applied.reason === "not_found" ? { ok: true } : applied;
}

async function fetchPayment(context: Context, paymentIntentId: string, action: string): Promise<Applied> {
  const payment = await context.gateway.retrievePaymentIntent(paymentIntentId);
  return payment.ok ? applyPayment(context, payment.value, action) : payment;
}

async function applyCharge(context: Context, chargeId: string, action: string): Promise<Applied> {
  const charge = await context.gateway.retrieveCharge(chargeId);
  if (!charge.ok) return charge;
  const { paymentIntentId, amountRefunded } = charge.value;
  if (paymentIntentId === null) return postUnknownCharge(context, charge.value);
  const applied = await fetchPayment(context, paymentIntentId, action);
  return applied.ok && amountRefunded > 0 ? applyRefundsOf(context, paymentIntentId, action) : applied;
}

async function fetchRefund(context: Context, refundId: string, action: string): Promise<Applied> {
  const found = await context.gateway.retrieveRefund(refundId);
  if (!found.ok) return found;
  const refund = found.value;
  const applied = await applyPart(context, refund, action);
  if (applied !== null) return applied;
  const { paymentIntentId, chargeId } = refund;
  if (paymentIntentId !== null) {
    // The payment first: a refund is posted to the account that its charge was credited to.
    const paid = await fetchPayment(context, paymentIntentId, action);
    return paid.ok ? applyRefundsOf(context, paymentIntentId, action) : paid;
  }
  if (chargeId !== null) {
    const paid = await applyCharge(context, chargeId, action);
    if (!paid.ok) return paid;
  }
  return applyByHand(context, refund, action);
}
