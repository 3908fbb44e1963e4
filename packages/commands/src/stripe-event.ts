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
 * Acts on a Stripe event: the object that it names is fetched again and applied forward, so that an event that comes
 * twice, late or out of order changes nothing. Money of another system on the account is posted to `suspense`.
 * `handled: false`: nothing is done yet on objects of this type. `named` is the attempt that the object's metadata
 * names, as it is stored: where that has seen all that the event can tell, Stripe is not asked.
 */
export async function applyStripeEvent(
  services: Services,
  hint: StripeHint,
  named: AttemptFile | null = null,
): Promise<Acted> {
  if (named === null || !isOfOnePayment(hint)) return applyObject(services, hint);
  const action = `stripe:${hint.type}`;
  // A card that is declined on a page leaves the page open, and of a debit's failure its session tells.
  if (hint.type === "payment_intent.payment_failed" && named.attempt.via === "checkout") return { ok: true };
  const wasOver = isOver(named.attempt);
  const settled = wasOver
    ? ({ ok: true, attempt: named.attempt } as const)
    : await settleAlone(services, named, action, ({ attempt }) => isOver(attempt));
  if (!settled.ok && "kind" in settled) return settled;
  // A copy of its metadata, or an attempt that another session has paid: the object itself says whose it is.
  if (!settled.ok || !isAbout(settled.attempt, hint)) return applyObject(services, hint);
  const { paymentIntentId } = settled.attempt;
  if (tellsAnEnd.has(hint.type) && isUnderWay(settled.attempt) && paymentIntentId !== null) {
    // The session does not show it yet.
    return fetchPayment(services, paymentIntentId, action);
  }
  return wasOver || hint.objectType !== "charge" ? { ok: true } : applyRefundsBefore(services, hint.objectId, action);
}

/** A payment that was under way has ended without money. */
const tellsAnEnd: ReadonlySet<string> = new Set(["checkout.session.async_payment_failed", "payment_intent.canceled"]);

/** Refunds of a bank debit that were made by hand before it settled: until then they had no money to be taken from. */
async function applyRefundsBefore(services: Services, chargeId: string, action: string): Promise<Applied> {
  const charge = await services.gateway.retrieveCharge(chargeId);
  if (!charge.ok) return charge;
  const { paymentIntentId, amountRefunded } = charge.value;
  if (paymentIntentId === null || amountRefunded === 0) return { ok: true };
  return applyRefundsOf(services, paymentIntentId, action);
}

/** What a payment's own attempt can be settled by; refunds have requests of their own. */
const isOfOnePayment = ({ type, objectType }: StripeHint): boolean =>
  objectType !== "refund" && type !== "charge.refunded";

/** The object is the attempt's own, by the ids that its own session brought. */
const isAbout = (attempt: Attempt, { objectId }: StripeHint): boolean =>
  [sessionOf(attempt), attempt.paymentIntentId, attempt.chargeId].includes(objectId);

type Apply = (services: Services, objectId: string, action: string) => Promise<Applied>;

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
