import type { DomainEvent } from "../event/index.ts";
import { dateIn, type Instant } from "../time/index.ts";
import { type Booking, bookingEvent } from "./booking.ts";
import type { Charge } from "./charge.ts";
import { type Refund, type RefundPart, type RefundReason, refundDeadline } from "./refund.ts";

/** The part of a refund on one charge, not yet requested at Stripe. `number` counts the refund's parts from 1. */
export const refundPart = (
  refundId: string,
  number: number,
  charge: Pick<Charge, "id" | "paymentIntentId">,
  amount: number,
): RefundPart => ({
  id: `${refundId}-${number}`,
  generation: 1,
  chargeId: charge.id,
  paymentIntentId: charge.paymentIntentId,
  amount,
  status: "approved",
  stripeRefundId: null,
  failureCode: null,
  explained: false,
  takenPosted: false,
  returnedPosted: false,
});

type RefundRequest = {
  id: string;
  booking: Booking;
  reason: RefundReason;
  requestedBy: string;
  now: Instant;
  currency: string;
  amount: number;
  /** The charge to refund first. The rest of the refund, all of it without a charge, is spread over charges later. */
  charge?: Pick<Charge, "id" | "paymentIntentId">;
  /** The part of the amount that this charge refunds. */
  ofCharge?: number;
};

/** A refund owed from `now` on, not yet requested at Stripe. */
export function requestRefund(request: RefundRequest): Refund {
  const { id, booking, reason, requestedBy, now, currency, amount, charge, ofCharge = amount } = request;
  const spread =
    charge === undefined || ofCharge === 0
      ? { unspread: amount, parts: [] }
      : { unspread: amount - ofCharge, parts: [refundPart(id, 1, charge, ofCharge)] };
  return {
    id,
    version: 1,
    bookingId: booking.id,
    amount,
    ...spread,
    currency,
    reason,
    requestedBy,
    requestedAt: now,
    effectiveOn: dateIn(booking.terms.timeZone, now),
    dueAt: refundDeadline(spread, now),
  };
}

/** Tells the worker to make the refund at Stripe. */
export const refundRequested = (booking: Booking, { id, amount, currency, reason }: Refund): DomainEvent =>
  bookingEvent(booking, "RefundRequested", { refundId: id, amount, currency, reason });
