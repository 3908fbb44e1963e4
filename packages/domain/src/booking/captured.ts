import { type Instant, plusMinutes } from "../time/index.ts";
import { type Attempt, awaitingNoVerification } from "./attempt.ts";
import { afterFact } from "./attempt-transitions.ts";
import type { Booking } from "./booking.ts";
import type { Charge } from "./charge.ts";
import type { Succeeded } from "./payment-outcome.ts";
import type { Refund, RefundReason } from "./refund.ts";
import { requestRefund } from "./refund-request.ts";
import type { SettlementState } from "./settlement.ts";

/** How soon to ask Stripe again for a balance transaction that does not exist yet. */
export const feePollMinutes = 10;

/**
 * The attempt after its payment succeeded. It is checked again until Stripe has a balance transaction for the payment.
 */
export const succeededAttempt = (attempt: Attempt, payment: Succeeded, now: Instant): Attempt => ({
  ...awaitingNoVerification(afterFact(attempt, "paid")),
  paymentIntentId: payment.paymentIntentId,
  chargeId: payment.chargeId,
  feePosted: payment.booked !== null,
  failureCode: null,
  dueAt: payment.booked === null ? plusMinutes(now, feePollMinutes) : null,
});

/** The charge of a payment. `applied` pays dues; the rest is owed back in the same transaction. */
export const chargeOf = (
  { booking, attempt }: SettlementState,
  payment: Succeeded,
  applied: number,
  now: Instant,
): Charge => ({
  id: payment.chargeId,
  bookingId: booking.id,
  dueId: attempt.dueId,
  attemptId: attempt.id,
  paymentIntentId: payment.paymentIntentId,
  amount: payment.amount,
  refundable: applied,
  applied,
  currency: payment.currency,
  paidWith: payment.paidWith,
  balanceTransactionId: payment.booked?.balanceTransactionId ?? null,
  createdAt: now,
});

/** The booking's sums after a payment. `share` pays dues; the rest is owed back. */
export const paidBy = ({ paid, applied }: Booking, { amount }: Succeeded, share = amount) => ({
  paid: paid + amount,
  applied: applied + share,
});

/**
 * The refund of (part of) a payment, requested in the transaction that records the payment. What exceeds `ofCharge` is
 * spread over charges later.
 */
export const refundOn = (
  { booking, refundId }: SettlementState,
  payment: Succeeded,
  amount: number,
  reason: RefundReason,
  now: Instant,
  ofCharge = amount,
): Refund =>
  requestRefund({
    id: refundId,
    booking,
    reason,
    requestedBy: "system",
    now,
    currency: payment.currency,
    amount,
    charge: { id: payment.chargeId, paymentIntentId: payment.paymentIntentId },
    ofCharge,
  });
