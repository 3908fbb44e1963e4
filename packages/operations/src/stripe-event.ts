import { paymentUnknown, refundReturned, refundTaken, stripeFee, unknownRefundOwed } from "@clearing/domain/ledger";
import type { ChargeFacts, GatewayFailure, GatewayResult, PaymentFacts, RefundFacts } from "@clearing/payments";
import { postOnce } from "@clearing/store/journal";
import { recordStripeRefund, settleRefundPart } from "@clearing/store/refund";
import { attemptBehind, by, type Context } from "./context.ts";
import { refundOutcomeOf } from "./outcome.ts";
import { settle } from "./settle.ts";

/** `ignored`: nothing of ours, and no money. */
export type Applied = { ok: true } | { ok: false; reason: "not_found" | "conflict" } | GatewayFailure;

export type StripeHint = { type: string; objectId: string; objectType: string };

/**
 * Acts on a Stripe event: the object that it names is fetched anew and applied forward, so that an event that comes
 * twice, late or out of order changes nothing. Money of another system on the account is posted to `suspense`.
 */
export async function applyStripeEvent(context: Context, { objectId, objectType, type }: StripeHint): Promise<Applied> {
  const action = `stripe:${type}`;
  switch (objectType) {
    case "checkout.session": {
      const session = await context.gateway.retrieveCheckoutSession(objectId);
      if (!session.ok) return session;
      const { payment, metadata } = session.value;
      return payment === null ? applyMetadata(context, metadata, action) : applyPayment(context, payment, action);
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
      return { ok: true };
  }
}

async function applyMetadata(context: Context, metadata: PaymentFacts["metadata"], action: string): Promise<Applied> {
  const ref = attemptBehind(context, metadata);
  return ref === null ? { ok: true } : settle(context, ref, action);
}

async function fetchPayment(context: Context, paymentIntentId: string, action: string): Promise<Applied> {
  const payment = await context.gateway.retrievePaymentIntent(paymentIntentId);
  return payment.ok ? applyPayment(context, payment.value, action) : payment;
}

async function applyPayment(context: Context, payment: PaymentFacts, action: string): Promise<Applied> {
  const ref = attemptBehind(context, payment.metadata);
  if (ref !== null) {
    const settled = await settle(context, ref, action);
    if (settled.ok || !("reason" in settled) || settled.reason !== "not_found") return settled;
  }
  return payment.status === "succeeded" && payment.charge !== null
    ? postUnknown(context, payment.charge)
    : { ok: true };
}

async function applyCharge(context: Context, chargeId: string, action: string): Promise<Applied> {
  const charge = await context.gateway.retrieveCharge(chargeId);
  if (!charge.ok) return charge;
  const { paymentIntentId, status, amountRefunded } = charge.value;
  if (paymentIntentId === null) return status === "succeeded" ? postUnknown(context, charge.value) : { ok: true };
  const applied = await fetchPayment(context, paymentIntentId, action);
  return applied.ok && amountRefunded > 0 ? applyRefundsOf(context, paymentIntentId, action) : applied;
}

/**
 * Applies every refund of a payment, the oldest first. Whether one that was made by hand delivers what is owed already
 * shows only when it is known what became of those before it.
 */
async function applyRefundsOf(context: Context, paymentIntentId: string, action: string): Promise<Applied> {
  const paid = await bookingPaidBy(context, paymentIntentId, action);
  if (!paid.ok) return paid;
  const refunds = await refundsOf(context, paymentIntentId);
  if (!refunds.ok) return refunds;
  for (const { refundId } of refunds.value.toReversed()) {
    const refund = await context.gateway.retrieveRefund(refundId);
    if (!refund.ok) return refund;
    const applied =
      (await applyPart(context, refund.value, action)) ??
      (await applyByHand(context, paid.bookingId, refund.value, action));
    if (!applied.ok) return applied;
  }
  return { ok: true };
}

/** The booking that a payment is for, its money settled there first; null when it is for nothing of ours. */
async function bookingPaidBy(
  context: Context,
  paymentIntentId: string,
  action: string,
): Promise<{ ok: true; bookingId: string | null } | Exclude<Applied, { ok: true }>> {
  const payment = await context.gateway.retrievePaymentIntent(paymentIntentId);
  if (!payment.ok) return payment;
  const ref = attemptBehind(context, payment.value.metadata);
  if (ref === null) return { ok: true, bookingId: null };
  const settled = await settle(context, ref, action);
  if (settled.ok) return { ok: true, bookingId: ref.bookingId };
  return "reason" in settled && settled.reason === "not_found" ? { ok: true, bookingId: null } : settled;
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

/** A charge that belongs to nothing known: its money is accounted for, and no booking is touched. */
function postUnknown(context: Context, charge: ChargeFacts): Promise<Applied> {
  const { chargeId, amount, currency, created, balanceTransaction: booked } = charge;
  const at = { effectiveOn: created.slice(0, 10), currency };
  const fee = booked === null ? [] : stripeFee({ balanceTransactionId: booked.id, fee: booked.fee }, at);
  return postOnce(context.store, [...paymentUnknown({ chargeId, amount }, at), ...fee], context.clock.now());
}

async function applyRefund(context: Context, refund: RefundFacts, action: string): Promise<Applied> {
  const applied = await applyPart(context, refund, action);
  if (applied !== null) return applied;
  if (refund.paymentIntentId === null) return postUnknownRefund(context, refund);
  return applyRefundsOf(context, refund.paymentIntentId, action);
}

/** A refund that we asked for; null when it is none. */
async function applyPart(context: Context, refund: RefundFacts, action: string): Promise<Applied | null> {
  const { app, stage, bookingId, refundId, partId } = refund.metadata;
  if (app !== "clearing" || stage !== context.site.stage || !bookingId || !refundId || !partId) return null;
  const ref = { bookingId, refundId, partId };
  const settled = await settleRefundPart(context.store, ref, refundOutcomeOf(refund), by(context, action));
  return settled.ok || settled.reason !== "not_found" ? settled : null;
}

/** A refund that was made by hand at Stripe: on a charge of ours, or of something unknown. */
async function applyByHand(
  context: Context,
  bookingId: string | null,
  refund: RefundFacts,
  action: string,
): Promise<Applied> {
  const { refundId: stripeRefundId, chargeId, amount } = refund;
  if (bookingId === null || chargeId === null) return postUnknownRefund(context, refund);
  const refundId = `ref_${stripeRefundId}`;
  const made = { bookingId, chargeId, refundId, stripeRefundId, amount };
  const recorded = await recordStripeRefund(context.store, made, by(context, action));
  if (!recorded.ok) return recorded;
  const part = { bookingId, refundId, partId: `${refundId}-1` };
  return settleRefundPart(context.store, part, refundOutcomeOf(refund), by(context, action));
}

function postUnknownRefund(context: Context, refund: RefundFacts): Promise<Applied> {
  const { refundId, amount, currency, created } = refund;
  const { taken, returned } = refundOutcomeOf(refund);
  const at = { effectiveOn: created.slice(0, 10), currency };
  const entries = [
    ...unknownRefundOwed({ refundId, amount }, at),
    ...(taken === null ? [] : refundTaken(taken, at)),
    ...(returned === null ? [] : refundReturned(returned, at)),
  ];
  return postOnce(context.store, entries, context.clock.now());
}
