import { type Attempt, isUnderWay, sessionOf } from "@clearing/domain/booking";
import { refundReturned, refundTaken, unknownRefundOwed } from "@clearing/domain/ledger";
import { dateIn, type Instant } from "@clearing/domain/time";
import type { GatewayResult, RefundFacts } from "@clearing/payments";
import type { AttemptFile } from "@clearing/store/attempt";
import { postOnce, readCredit } from "@clearing/store/journal";
import { readRefund } from "@clearing/store/refund";
import { by, type Context } from "./context.ts";
import { refundOutcomeOf } from "./outcome.ts";
import { type Applied, applyPayment, applySession, postUnknownCharge } from "./payment.ts";
import { byHandId, fits, refundAtStripe } from "./refund-at-stripe.ts";
import { recordStripeRefund } from "./refund-by-hand.ts";
import { settleRefundPart } from "./refund-parts.ts";
import { isOver, settleAlone } from "./settle.ts";

export type StripeHint = { type: string; objectId: string; objectType: string };

type Acted = Applied | { ok: true; handled: false };

/**
 * Acts on a Stripe event: the object that it names is fetched anew and applied forward, so that an event that comes
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

async function applyObject(context: Context, { objectId, objectType, type }: StripeHint): Promise<Acted> {
  const action = `stripe:${type}`;
  switch (objectType) {
    case "checkout.session": {
      const session = await context.gateway.retrieveCheckoutSession(objectId);
      if (!session.ok) return session;
      const applied = await applySession(context, session.value, action);
      // A session of another system.
      return !applied.ok && "reason" in applied && applied.reason === "not_found" ? { ok: true } : applied;
    }
    case "payment_intent":
      return fetchPayment(context, objectId, action);
    case "charge":
      return applyCharge(context, objectId, action);
    case "refund": {
      const refund = await context.gateway.retrieveRefund(objectId);
      return refund.ok ? applyRefund(context, refund.value, action) : refund;
    }
    default:
      return { ok: true, handled: false };
  }
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

async function applyRefund(context: Context, refund: RefundFacts, action: string): Promise<Applied> {
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

/**
 * Applies every refund of a payment, the oldest first. Whether one that was made by hand delivers what is owed already
 * shows only when it is known what became of those before it.
 */
export async function applyRefundsOf(context: Context, paymentIntentId: string, action: string): Promise<Applied> {
  const refunds = await refundsOf(context, paymentIntentId);
  if (!refunds.ok) return refunds;
  for (const { refundId } of refunds.value.toReversed()) {
    const refund = await context.gateway.retrieveRefund(refundId);
    if (!refund.ok) return refund;
    const applied =
      (await applyPart(context, refund.value, action)) ?? (await applyByHand(context, refund.value, action));
    if (!applied.ok) return applied;
  }
  return { ok: true };
}

/** All refunds of a payment, newest first. */
async function refundsOf({ gateway }: Context, paymentIntentId: string): Promise<GatewayResult<RefundFacts[]>> {
  const refunds: RefundFacts[] = [];
  let after: string | undefined;
  do {
    const page = await gateway.listRefunds(paymentIntentId, after);
    if (!page.ok) return page;
    refunds.push(...page.value.items);
    after = page.value.nextAfter ?? undefined;
  } while (after !== undefined);
  return { ok: true, value: refunds };
}

/**
 * A refund that we asked for; null when it is none. Metadata leads to the part, and only the refund's own id makes it
 * the part's: a part that does not know its id yet learns it from its own request.
 */
async function applyPart(context: Context, refund: RefundFacts, action: string): Promise<Applied | null> {
  const { app, stage, bookingId, refundId, partId } = refund.metadata;
  if (app !== "clearing" || stage !== context.site.stage || !bookingId || !refundId || !partId) return null;
  const ours = await readRefund(context.store, bookingId, refundId);
  const part = ours?.parts.find(({ id }) => id === partId);
  if (ours === null || part === undefined || part.status === "refused" || !fits(refund, ours, part)) return null;
  if (part.stripeRefundId !== null && part.stripeRefundId !== refund.refundId) return null;
  const own = part.stripeRefundId === null ? await refundAtStripe(context, ours, part) : okay(refund);
  // Refused: it was never made, so this is another. The worker decides on the refusal.
  if (!own.ok) return "kind" in own && (own.kind === "invalid" || own.kind === "declined") ? null : own;
  const ref = { bookingId, refundId, partId };
  const settled = await settleRefundPart(context.store, ref, refundOutcomeOf(own.value), by(context, action));
  return settled.ok && own.value.refundId !== refund.refundId ? null : settled;
}

const okay = <Value>(value: Value) => ({ ok: true, value }) as const;

/**
 * A refund that was made by hand at Stripe belongs where its charge was credited. A charge that was never posted gave
 * no money: the refund let an authorization go, or waits for a debit that is still processing. It is heard of again.
 */
async function applyByHand(context: Context, refund: RefundFacts, action: string): Promise<Applied> {
  const { refundId: stripeRefundId, chargeId, amount, created: madeAt } = refund;
  if (chargeId === null) return postUnknownRefund(context, refund);
  const credit = await readCredit(context.store, chargeId);
  if (credit === null) return { ok: true };
  const { bookingId } = credit;
  if (bookingId === null) return postUnknownRefund(context, refund);
  const refundId = byHandId(stripeRefundId);
  const part = { bookingId, refundId, partId: `${refundId}-1` };
  const known = await readRefund(context.store, bookingId, refundId);
  if (known === null) {
    if (tookNothing(refund)) return { ok: true };
    const made = { bookingId, chargeId, refundId, stripeRefundId, amount, madeAt };
    const recorded = await recordStripeRefund(context.store, made, by(context, action));
    if (!recorded.ok) return recorded;
  }
  return settleRefundPart(context.store, part, refundOutcomeOf(refund), by(context, action));
}

/** Over without having moved money: what a capture left of an authorization, or a refund that was called off. */
const tookNothing = ({ status, balanceTransaction }: RefundFacts): boolean =>
  balanceTransaction === null && status !== "pending" && status !== "requires_action";

/** Money without a booking has no cohort's zone: its dates are UTC's. */
function postUnknownRefund(context: Context, refund: RefundFacts): Promise<Applied> {
  const { refundId, amount, currency, created } = refund;
  const { taken, returned } = refundOutcomeOf(refund);
  const on = (at: Instant) => ({ effectiveOn: dateIn("UTC", at), currency });
  const entries =
    taken === null
      ? []
      : [
          ...unknownRefundOwed({ refundId, amount }, on(created)),
          ...refundTaken({ amount, booked: taken }, on(taken.at)),
          ...(returned === null ? [] : refundReturned({ amount, booked: returned }, on(returned.at))),
        ];
  return postOnce(context.store, entries);
}
