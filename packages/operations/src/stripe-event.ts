import { paymentUnknown, refundReturned, refundTaken, stripeFee, unknownRefundOwed } from "@clearing/domain/ledger";
import type { ChargeFacts, GatewayFailure, PaymentFacts, RefundFacts } from "@clearing/payments";
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

async function applyRefundsOf(context: Context, paymentIntentId: string, action: string): Promise<Applied> {
  let after: string | undefined;
  do {
    const page = await context.gateway.listRefunds(paymentIntentId, after);
    if (!page.ok) return page;
    for (const { refundId } of page.value.items) {
      const refund = await context.gateway.retrieveRefund(refundId);
      const applied = refund.ok ? await applyRefund(context, refund.value, action) : refund;
      if (!applied.ok) return applied;
    }
    after = page.value.nextAfter ?? undefined;
  } while (after !== undefined);
  return { ok: true };
}

/** A charge that belongs to nothing known: its money is accounted for, and no booking is touched. */
function postUnknown(context: Context, charge: ChargeFacts): Promise<Applied> {
  const { chargeId, amount, currency, created, balanceTransaction: booked } = charge;
  const at = { effectiveOn: created.slice(0, 10), currency };
  const fee = booked === null ? [] : stripeFee({ balanceTransactionId: booked.id, fee: booked.fee }, at);
  return postOnce(context.store, [...paymentUnknown({ chargeId, amount }, at), ...fee], context.clock.now());
}

async function applyRefund(context: Context, refund: RefundFacts, action: string): Promise<Applied> {
  const { app, stage, bookingId, refundId, partId } = refund.metadata;
  const outcome = refundOutcomeOf(refund);
  if (app === "clearing" && stage === context.site.stage && bookingId && refundId && partId) {
    const ref = { bookingId, refundId, partId };
    const settled = await settleRefundPart(context.store, ref, outcome, by(context, action));
    if (settled.ok || settled.reason !== "not_found") return settled;
  }
  const known = await refundOfBooking(context, refund, action);
  return known ?? postUnknownRefund(context, refund);
}

/** A refund that was made by hand at Stripe on a charge of ours; null when the charge is not ours. */
async function refundOfBooking(context: Context, refund: RefundFacts, action: string): Promise<Applied | null> {
  if (refund.paymentIntentId === null || refund.chargeId === null) return null;
  const payment = await context.gateway.retrievePaymentIntent(refund.paymentIntentId);
  if (!payment.ok) return payment;
  const ref = attemptBehind(context, payment.value.metadata);
  if (ref === null) return null;
  const settled = await settle(context, ref, action);
  if (!settled.ok) return "reason" in settled && settled.reason === "not_found" ? null : settled;
  const { bookingId } = ref;
  const refundId = `ref_${refund.refundId}`;
  const made = {
    bookingId,
    chargeId: refund.chargeId,
    refundId,
    stripeRefundId: refund.refundId,
    amount: refund.amount,
  };
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
