import { firstOf, refundOwed } from "../ledger/index.ts";
import { dateIn, type Instant } from "../time/index.ts";
import { type Booking, type BookingChange, bookingEvent, factContext } from "./booking.ts";
import { type Charge, undelivered } from "./charge.ts";
import { nextVersion } from "./next-version.ts";
import { partOf, type Refund, refundDeadline } from "./refund.ts";
import { refundPart, requestRefund } from "./refund-request.ts";
import { paidParts } from "./reversal.ts";

/**
 * Records a refund that somebody made by hand at Stripe. It first delivers what is owed on its charge already. Only the
 * excess is a new debt, at most what the charge has paid on the booking. An amount taken from a refund that is still
 * promised is not a new debt either: Stripe will refuse that refund, which stays owed. Spread the booking's refunds over
 * its charges first, or the debts of the charges do not show. The refund takes effect on the day it was made (`madeAt`).
 */
export function refundMadeAtStripe(
  booking: Booking,
  before: Charge,
  made: { id: string; stripeRefundId: string; amount: number; madeAt: Instant; now: Instant },
): { refund: Refund; charge: Charge } & BookingChange {
  const { id, stripeRefundId, amount, madeAt, now } = made;
  const { currency } = before;
  const owed = Math.min(before.applied, Math.max(0, amount - undelivered(before)));
  const charge = { ...before, refundable: before.refundable - amount, applied: before.applied - owed };
  const request = { id, booking, reason: "made_at_stripe", requestedBy: "stripe", now, currency } as const;
  const asked = requestRefund({ ...request, charge, amount });
  const parts = asked.parts.map((part) => ({ ...part, status: "pending" as const, stripeRefundId }));
  const refund: Refund = { ...asked, parts, effectiveOn: dateIn(booking.terms.timeZone, madeAt) };
  const at = factContext(booking, refund.effectiveOn, before);
  const from =
    booking.status === "completed" ? "earned_revenue" : booking.ending === null ? "deferred_revenue" : "fee_income";
  const ours = currency === booking.currency ? amount : 0;
  const change = nextVersion(
    booking,
    now,
    { refunded: booking.refunded + ours, applied: booking.applied - owed },
    (after) => ({
      events: [bookingEvent(after, "RefundRequested", { refundId: id, amount, currency, reason: refund.reason })],
      journal: refundOwed({ refundId: id, parts: firstOf(paidParts(booking), owed, booking.currency), from }, at),
    }),
  );
  return { refund, charge, ...change };
}

export type ReckonDecision =
  | { kind: "unchanged" }
  | { kind: "unexplained" }
  | ({ kind: "apply"; refund: Refund; charge: Charge } & BookingChange);

/**
 * Recalculates a refund part that Stripe refused because its charge has less left (`left`, minor units) than the part:
 * refunds made by hand have delivered the difference. Record every refund of the payment first. The part is refused,
 * and what is still owed on its charge becomes a new part with its own key. `unexplained`: the charge owes more than it
 * has left, so refunds made by hand are not the cause.
 */
export function reckonPart(
  booking: Booking,
  before: Refund,
  charge: Charge,
  { partId, code, left }: { partId: string; code: string; left: number },
  now: Instant,
): ReckonDecision {
  const part = partOf(before, partId);
  if (part.status !== "approved") return { kind: "unchanged" };
  const owed = Math.min(part.amount, undelivered({ ...charge, refundable: charge.refundable + part.amount }));
  if (owed > left) return { kind: "unexplained" };
  const rest = owed === 0 ? [] : [refundPart(before.id, before.parts.length + 1, { ...part, id: charge.id }, owed)];
  const parts = before.parts
    .map((one) =>
      one.id === partId ? { ...one, status: "refused" as const, failureCode: code, explained: true } : one,
    )
    .concat(rest);
  const dueAt = refundDeadline({ ...before, parts }, now);
  const refund: Refund = { ...before, version: before.version + 1, parts, dueAt };
  const delivered = part.amount - owed;
  const counted = before.currency === booking.currency ? delivered : 0;
  const change = nextVersion(booking, now, { refunded: booking.refunded - counted }, () => ({
    events: [],
    journal: [],
  }));
  return { kind: "apply", refund, charge: { ...charge, refundable: charge.refundable + delivered }, ...change };
}
