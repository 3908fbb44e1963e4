import type { DomainEvent } from "../event/index.ts";
import { dateIn, type Instant } from "../time/index.ts";
import { type Booking, bookingEvent } from "./booking.ts";
import type { Charge } from "./charge.ts";
import { type Refund, type RefundPart, type RefundReason, refundDueAt } from "./refund.ts";

/** A share of a refund on one charge, not yet at Stripe. `number` tells it from the refund's other parts. */
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
  /** The one charge that all of it goes back on; without it, it is spread later. */
  charge?: Pick<Charge, "id" | "paymentIntentId">;
};

/** A refund that is owed from `now` on, not yet at Stripe. */
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
    dueAt: refundDueAt(spread, now),
  };
}

/** Tells the worker that a refund waits to be made at Stripe. */
export const refundRequested = (booking: Booking, { id, amount, currency, reason }: Refund): DomainEvent =>
  bookingEvent(booking, "RefundRequested", { refundId: id, amount, currency, reason });
