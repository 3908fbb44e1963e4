import { firstOf, keptAtCancellation, less, plus, refundOwed, unpaidReversed } from "../ledger/index.ts";
import { dateIn, type Instant } from "../time/index.ts";
import { type Booking, type BookingChange, bookingEvent, type Ending, factContext, netPaid } from "./booking.ts";
import { cancelDues, unpaidParts } from "./due.ts";
import { endingRule, refundAtEnding } from "./ending-rule.ts";
import { nextVersion } from "./next-version.ts";
import { mayDecline, participationChanged } from "./participation.ts";
import type { Refund, RefundReason } from "./refund.ts";
import { refundRequested, requestRefund } from "./refund-request.ts";
import { paidParts } from "./reversal.ts";
import { type BookingFact, transition } from "./transitions.ts";

const factOf: Record<Ending["by"], BookingFact> = {
  client: "cancelled_by_client",
  participant: "cancelled_by_client",
  operator: "cancelled_by_operator",
  clearance_deadline: "deadline_missed",
  non_payment: "not_paid",
  not_cleared: "decline_due",
  no_show: "no_show",
  turned_away: "turned_away",
};

const refundReasonOf: Record<Ending["by"], RefundReason> = {
  client: "cancellation",
  participant: "cancellation",
  operator: "cancellation",
  clearance_deadline: "clearance_deadline",
  non_payment: "cancellation",
  not_cleared: "not_cleared",
  no_show: "cancellation",
  turned_away: "turned_away",
};

export type EndingDecision =
  | ({ ok: true; refund: Refund | null } & BookingChange)
  | { ok: false; reason: "invalid_transition" };

/**
 * Ends a booking early: cancels unpaid dues, reverses what was billed and never paid, and splits what was paid into a
 * kept and a refunded amount by the rule of the party that ends it. The refund is one amount, spread over charges
 * afterwards, so that the transaction stays small however many payments there were. The place is released in the same
 * transaction. After an admission only `no_show` and `turned_away` may end it (`invalid_transition`).
 */
export function endBooking(
  before: Booking,
  by: Ending["by"],
  request: { refundId: string; requestedBy: string; reason?: string | undefined },
  now: Instant,
): EndingDecision {
  const { refundId, requestedBy, reason = null } = request;
  const fact = factOf[by];
  const admitted = before.admission !== null && by !== "no_show" && by !== "turned_away";
  const declines = by === "participant";
  if (transition(before.status, fact) === null || admitted || (declines && !mayDecline(before, now)))
    return { ok: false, reason: "invalid_transition" };

  const { timeZone } = before.terms;
  const on = dateIn(timeZone, now);
  const at = factContext(before, on);
  const rule = endingRule(before, by, on);
  const paid = netPaid(before);
  const split = refundAtEnding(rule, paid, before.currency);
  const refund =
    split.refund === 0
      ? null
      : requestRefund({
          id: refundId,
          booking: before,
          reason: refundReasonOf[by],
          requestedBy,
          now,
          currency: before.currency,
          amount: split.refund,
        });
  const paidAs = paidParts(before);
  const givenBack = firstOf(paidAs, split.refund, before.currency);
  const billedUnpaid = before.dues.map((due) => unpaidParts(due, before.currency)).reduce(plus);
  const change = nextVersion(
    before,
    now,
    {
      facts: [fact],
      ...(declines ? { participation: "declined" } : {}),
      holdExpiresAt: null,
      dues: cancelDues(before),
      refunded: before.refunded + split.refund,
      applied: before.applied - split.refund,
      ending: { by, at: now, on, ...rule, netPaid: paid, kept: split.kept, refundId: refund?.id ?? null, reason },
    },
    (booking) => ({
      events: [
        ...(declines ? [participationChanged(booking)] : []),
        bookingEvent(booking, booking.status === "declined" ? "BookingDeclined" : "BookingCancelled", {
          by,
          refund: split.refund,
          kept: split.kept,
          currency: booking.currency,
        }),
        ...(refund === null ? [] : [refundRequested(booking, refund)]),
      ],
      journal: [
        ...unpaidReversed({ bookingId: booking.id, parts: billedUnpaid }, at),
        ...keptAtCancellation({ bookingId: booking.id, occasion: "ending", parts: less(paidAs, givenBack) }, at),
        ...(refund === null ? [] : refundOwed({ refundId: refund.id, parts: givenBack }, at)),
      ],
    }),
  );
  return { ok: true, refund, ...change };
}
