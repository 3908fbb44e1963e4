import type { DomainEvent } from "../event/index.ts";
import { type CalendarDate, dateIn, type Instant, plusMinutes } from "../time/index.ts";
import { type Booking, bookingEvent } from "./booking.ts";

/** One captured charge; `refundable` is what has not been given back or promised back (I6). Minor units. */
export type Charge = {
  id: string;
  bookingId: string;
  dueId: string;
  attemptId: string;
  paymentIntentId: string;
  amount: number;
  refundable: number;
  currency: string;
  createdAt: Instant;
};

export type RefundPartStatus = "approved" | "pending" | "succeeded" | "failed";

/** The share of a refund that goes back on one charge. `id` is its idempotency key at Stripe. */
export type RefundPart = {
  id: string;
  chargeId: string;
  paymentIntentId: string;
  amount: number;
  status: RefundPartStatus;
  stripeRefundId: string | null;
};

export type RefundReason =
  | "cancellation"
  | "not_cleared"
  | "turned_away"
  | "clearance_deadline"
  | "late_payment"
  | "duplicate_payment"
  | "after_cancellation"
  | "made_at_stripe";

/** Money owed back to a client, from the moment that it is owed until Stripe has paid it out. */
export type Refund = {
  id: string;
  version: number;
  bookingId: string;
  amount: number;
  currency: string;
  reason: RefundReason;
  requestedBy: string;
  requestedAt: Instant;
  effectiveOn: CalendarDate;
  parts: RefundPart[];
  dueAt: Instant | null;
};

export type RefundStatus = "approved" | "pending" | "succeeded" | "failed";

/** A refund is as far as the part that is least far; one failed part needs a person, so it shows. */
export function refundStatus({ parts }: Refund): RefundStatus {
  const order: RefundStatus[] = ["failed", "approved", "pending", "succeeded"];
  return order.find((status) => parts.some((part) => part.status === status)) ?? "succeeded";
}

/**
 * Spreads a refund over a booking's charges, newest first, never more than is refundable on each (I6). Throws when the
 * charges do not hold the amount: what is owed then does not match what was captured, and a person has to look.
 */
export function spreadRefund(amount: number, charges: Charge[]): { charge: Charge; amount: number }[] {
  const newestFirst = charges.toSorted((a, b) => (a.createdAt === b.createdAt ? b.id.localeCompare(a.id) : b.createdAt.localeCompare(a.createdAt)));
  let rest = amount;
  const shares = newestFirst.flatMap((charge) => {
    const share = Math.min(rest, charge.refundable);
    rest -= share;
    return share > 0 ? [{ charge, amount: share }] : [];
  });
  if (rest > 0) throw new RangeError(`refunds of ${amount} exceed what was captured by ${rest}`);
  return shares;
}

/** How long the event has to reach the worker before the sweep asks Stripe itself. */
const workerMinutes = 2;

type RefundRequest = {
  id: string;
  booking: Booking;
  reason: RefundReason;
  requestedBy: string;
  now: Instant;
  shares: { charge: Pick<Charge, "id" | "paymentIntentId">; amount: number }[];
};

/** A refund that is owed from `now` on, one part per charge, not yet at Stripe. */
export function requestRefund({ id, booking, reason, requestedBy, now, shares }: RefundRequest): Refund {
  return {
    id,
    version: 1,
    bookingId: booking.id,
    amount: shares.reduce((sum, { amount }) => sum + amount, 0),
    currency: booking.currency,
    reason,
    requestedBy,
    requestedAt: now,
    effectiveOn: dateIn(booking.terms.timeZone, now),
    parts: shares.map(({ charge, amount }, index) => ({
      id: `${id}-${index + 1}`,
      chargeId: charge.id,
      paymentIntentId: charge.paymentIntentId,
      amount,
      status: "approved",
      stripeRefundId: null,
    })),
    dueAt: plusMinutes(now, workerMinutes),
  };
}

/** Tells the worker that a refund waits to be made at Stripe. */
export const refundRequested = (booking: Booking, { id, amount, currency, reason }: Refund): DomainEvent =>
  bookingEvent(booking, "RefundRequested", { refundId: id, amount, currency, reason });
