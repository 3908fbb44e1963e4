import { Failure } from "../failure/index.ts";
import { type Booked, refundReturned, refundTaken } from "../ledger/index.ts";
import { dateIn, type Instant } from "../time/index.ts";
import { type Booking, type BookingChange, bookingEvent, factContext } from "./booking.ts";
import { nextVersion } from "./next-version.ts";
import { partOf, type Refund, type RefundPart, type RefundPartStatus, refundDeadline } from "./refund.ts";

/**
 * Stripe's report on one refund. `taken` and `returned` are its balance transactions. `refused`: Stripe will never make
 * it, for the reason in `failureCode`.
 */
export type RefundOutcome = {
  stripeRefundId: string | null;
  status: Exclude<RefundPartStatus, "approved">;
  failureCode: string | null;
  taken: Booked | null;
  returned: Booked | null;
};

const order: RefundPartStatus[] = ["approved", "pending", "succeeded", "failed"];

/** Moves forward only. A refund that exists at Stripe is not refused, even if a refusal was reported. */
function statusAfter(before: RefundPartStatus, told: RefundOutcome["status"]): RefundPartStatus {
  if (told === "refused") return before === "approved" ? "refused" : before;
  return order.indexOf(told) > order.indexOf(before) ? told : before;
}

export type RefundDecision =
  | { kind: "unchanged" }
  | ({ kind: "apply"; refund: Refund; restored: number; chargeId: string } & BookingChange);

/**
 * Applies Stripe's report on one part of a refund. Moves forward only. A part that failed or was refused is still owed,
 * no longer counts as refunded, and may be refunded again (`restored`, minor units, returns to the charge). Throws if a
 * refused part exists at Stripe after all, since its amount may have been refunded another way, and if the outcome
 * belongs to another refund.
 */
export function applyRefund(
  booking: Booking,
  before: Refund,
  partId: string,
  outcome: RefundOutcome,
  now: Instant,
): RefundDecision {
  const part = partOf(before, partId);
  if (part.status === "refused") {
    if (outcome.stripeRefundId === null) return { kind: "unchanged" };
    throw new Failure("stripe has a refund for a refused part", { partId, objectId: outcome.stripeRefundId });
  }
  const own = part.stripeRefundId ?? outcome.stripeRefundId;
  if (outcome.stripeRefundId !== null && outcome.stripeRefundId !== own) {
    throw new Failure("refund part has another refund at stripe", { partId, objectId: outcome.stripeRefundId });
  }
  const status = statusAfter(part.status, outcome.status);
  const next: RefundPart = {
    ...part,
    status,
    stripeRefundId: own,
    failureCode: status === "failed" || status === "refused" ? (outcome.failureCode ?? part.failureCode) : null,
    takenPosted: part.takenPosted || outcome.taken !== null,
    returnedPosted: part.returnedPosted || outcome.returned !== null,
  };
  const parts = before.parts.map((one) => (one.id === partId ? next : one));
  const dueAt = refundDeadline({ ...before, parts }, now);
  const same = JSON.stringify(next) === JSON.stringify(part);
  if (same && (before.dueAt === null) === (dueAt === null) && (before.dueAt === null || before.dueAt > now)) {
    return { kind: "unchanged" };
  }
  const refund: Refund = { ...before, version: before.version + 1, parts, dueAt };
  const becomes = (one: RefundPartStatus) => next.status === one && part.status !== one;
  const { taken, returned } = outcome;
  const { amount } = part;
  const at = (booked: Booked) => factContext(booking, dateIn(booking.terms.timeZone, booked.at), before);
  const restored = becomes("failed") || becomes("refused") ? amount : 0;
  const owedAgain = before.currency === booking.currency ? restored : 0;
  const about = { refundId: refund.id, amount, currency: refund.currency, reason: refund.reason };
  const change = nextVersion(booking, now, { refunded: booking.refunded - owedAgain }, (after) => ({
    events: [
      ...(becomes("failed") ? [bookingEvent(after, "RefundFailed", about)] : []),
      ...(becomes("refused") ? [bookingEvent(after, "RefundRefused", { ...about, code: next.failureCode })] : []),
      ...(becomes("succeeded") ? [bookingEvent(after, "RefundSucceeded", about)] : []),
    ],
    journal: [
      ...(taken !== null && !part.takenPosted ? refundTaken({ amount, booked: taken }, at(taken)) : []),
      ...(returned !== null && !part.returnedPosted ? refundReturned({ amount, booked: returned }, at(returned)) : []),
    ],
  }));
  return { kind: "apply", refund, restored, chargeId: part.chargeId, ...change };
}
