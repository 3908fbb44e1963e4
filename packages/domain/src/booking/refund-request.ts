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
  /** The only charge to refund. Without it, the refund is spread over charges later. */
  charge?: Pick<Charge, "id" | "paymentIntentId">;
};

/** A refund owed from `now` on, not yet requested at Stripe. */
export function requestRefund(request: RefundRequest): Refund {
  const { id, booking, reason, requestedBy, now, currency, amount, charge } = request;
  const spread =
    charge === undefined
      ? { unspread: amount, parts: [] }
      : { unspread: 0, parts: [refundPart(id, 1, charge, amount)] };
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
