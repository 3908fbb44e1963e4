import type { DomainEvent } from "../event/index.ts";
import { type Booked, type FactContext, refundOwed, refundReturned, refundTaken } from "../ledger/index.ts";
import { type CalendarDate, dateIn, type Instant, plusHours, plusMinutes } from "../time/index.ts";
import { type Booking, type BookingChange, bookingEvent } from "./booking.ts";
import { nextVersion } from "./deadline.ts";

/**
 * One captured charge. `refundable` is what has been neither given back nor promised back (I6): below zero while a refund
 * made at Stripe by hand has taken what was promised, until Stripe refuses that. `applied` is the share that paid dues
 * and is not owed back, so it stands among what is deferred, kept or earned. Minor units.
 */
export type Charge = {
  id: string;
  bookingId: string;
  /** The due that it paid and the attempt that asked for it; null for money that no attempt asked for. */
  dueId: string | null;
  attemptId: string | null;
  paymentIntentId: string;
  amount: number;
  refundable: number;
  applied: number;
  currency: string;
  createdAt: Instant;
};

/** What is owed back on a charge and not on its way: refunds that failed and were not made good since. Minor units. */
export const undelivered = ({ refundable, applied }: Charge): number => Math.max(0, refundable - applied);

export type RefundPartStatus = "approved" | "pending" | "succeeded" | "failed";

/** The share of a refund that goes back on one charge. `id` is its idempotency key at Stripe. */
export type RefundPart = {
  id: string;
  chargeId: string;
  paymentIntentId: string;
  amount: number;
  status: RefundPartStatus;
  stripeRefundId: string | null;
  failureCode: string | null;
  /** Posted: that Stripe took it from its balance, and that a failed one came back to it. */
  takenPosted: boolean;
  returnedPosted: boolean;
};

/** Stripe refused to make it: it failed without ever existing there, and never will exist. */
export const wasRefused = ({ status, stripeRefundId }: RefundPart): boolean =>
  status === "failed" && stripeRefundId === null;

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

/**
 * A refund is as far as the part that is least far; one failed part needs a person, so it shows. It stays failed when a
 * refund made by hand has made it good: what is still owed stands at its charge.
 */
export function refundStatus({ parts }: Refund): RefundStatus {
  const order: RefundStatus[] = ["failed", "approved", "pending", "succeeded"];
  return order.find((status) => parts.some((part) => part.status === status)) ?? "succeeded";
}

/**
 * Spreads a refund over a booking's charges of its currency, newest first, never more than is applied of each (I6):
 * what is refundable beyond that is owed already, to a refund that failed. Throws when they do not hold the amount:
 * what is owed then does not match what was captured, and a person has to look.
 */
export function spreadRefund(
  { amount, currency }: { amount: number; currency: string },
  charges: Charge[],
): { charge: Charge; amount: number }[] {
  const newestFirst = charges
    .filter((charge) => charge.currency === currency)
    .toSorted((a, b) =>
      a.createdAt === b.createdAt ? b.id.localeCompare(a.id) : b.createdAt.localeCompare(a.createdAt),
    );
  let rest = amount;
  const shares = newestFirst.flatMap((charge) => {
    const share = Math.min(rest, charge.applied);
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
  currency: string;
  shares: { charge: Pick<Charge, "id" | "paymentIntentId">; amount: number }[];
};

/** A refund that is owed from `now` on, one part per charge, not yet at Stripe. */
export function requestRefund({ id, booking, reason, requestedBy, now, currency, shares }: RefundRequest): Refund {
  return {
    id,
    version: 1,
    bookingId: booking.id,
    amount: shares.reduce((sum, { amount }) => sum + amount, 0),
    currency,
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
      failureCode: null,
      takenPosted: false,
      returnedPosted: false,
    })),
    dueAt: plusMinutes(now, workerMinutes),
  };
}

/** Tells the worker that a refund waits to be made at Stripe. */
export const refundRequested = (booking: Booking, { id, amount, currency, reason }: Refund): DomainEvent =>
  bookingEvent(booking, "RefundRequested", { refundId: id, amount, currency, reason });

/** What Stripe says of one refund. `taken` and `returned` are its balance transactions. */
export type RefundOutcome = {
  stripeRefundId: string | null;
  status: Exclude<RefundPartStatus, "approved">;
  failureCode: string | null;
  taken: Booked | null;
  returned: Booked | null;
};

const order: RefundPartStatus[] = ["approved", "pending", "succeeded", "failed"];
const pendingPollHours = 6;

export type RefundDecision =
  | { kind: "unchanged" }
  | ({ kind: "apply"; refund: Refund; restored: number; chargeId: string } & BookingChange);

/**
 * Applies what Stripe says of one part of a refund. Moves forward only; a part that failed is still owed, counts no
 * longer as refunded, and may be refunded again (`restored`, minor units, goes back to the charge). Throws when a part
 * that Stripe refused exists there after all: its amount may have been given back another way since.
 */
export function applyRefund(
  booking: Booking,
  before: Refund,
  partId: string,
  outcome: RefundOutcome,
  now: Instant,
): RefundDecision {
  const part = before.parts.find(({ id }) => id === partId);
  if (part === undefined) throw new Error(`${before.id} has no part ${partId}`);
  if (wasRefused(part) && outcome.stripeRefundId !== null) {
    throw new Error(`${partId} was refused, and is now ${outcome.stripeRefundId} at Stripe`);
  }
  const status = order.indexOf(outcome.status) > order.indexOf(part.status) ? outcome.status : part.status;
  const next: RefundPart = {
    ...part,
    status,
    stripeRefundId: outcome.stripeRefundId ?? part.stripeRefundId,
    failureCode: status === "failed" ? (outcome.failureCode ?? part.failureCode) : null,
    takenPosted: part.takenPosted || outcome.taken !== null,
    returnedPosted: part.returnedPosted || outcome.returned !== null,
  };
  const settled = (one: RefundPart) =>
    (one.status === "succeeded" && one.takenPosted) ||
    (one.status === "failed" && one.takenPosted === one.returnedPosted);
  const parts = before.parts.map((one) => (one.id === partId ? next : one));
  const dueAt = parts.every(settled) ? null : plusHours(now, pendingPollHours);
  const same = JSON.stringify(next) === JSON.stringify(part);
  if (same && (before.dueAt === null) === (dueAt === null) && (before.dueAt === null || before.dueAt > now)) {
    return { kind: "unchanged" };
  }
  const refund: Refund = { ...before, version: before.version + 1, parts, dueAt };
  const failedNow = next.status === "failed" && part.status !== "failed";
  const succeededNow = next.status === "succeeded" && part.status !== "succeeded";
  const { taken, returned } = outcome;
  const { amount } = part;
  const at = (booked: Booked): FactContext => ({
    effectiveOn: dateIn(booking.terms.timeZone, booked.at),
    currency: before.currency,
    bookingId: booking.id,
  });
  const restored = failedNow ? part.amount : 0;
  const owedAgain = before.currency === booking.currency ? restored : 0;
  const change = nextVersion(booking, now, { refunded: booking.refunded - owedAgain }, (after) => ({
    events: [
      ...(failedNow ? [bookingEvent(after, "RefundFailed", aboutPart(refund, next))] : []),
      ...(succeededNow ? [bookingEvent(after, "RefundSucceeded", aboutPart(refund, next))] : []),
    ],
    journal: [
      ...(taken !== null && !part.takenPosted ? refundTaken({ amount, booked: taken }, at(taken)) : []),
      ...(returned !== null && !part.returnedPosted ? refundReturned({ amount, booked: returned }, at(returned)) : []),
    ],
  }));
  return { kind: "apply", refund, restored, chargeId: part.chargeId, ...change };
}

const aboutPart = ({ id, currency, reason }: Refund, { amount }: RefundPart) => ({
  refundId: id,
  amount,
  currency,
  reason,
});

/**
 * A refund that somebody made at Stripe, outside Clearing. It delivers first what is owed on its charge already; only
 * what it gives beyond that is owed anew, and no more than the charge has paid of the booking. What it takes from a
 * refund that is still promised needs no new debt either: Stripe will refuse that one, and it is owed as before.
 */
export function refundMadeAtStripe(
  booking: Booking,
  before: Charge,
  { id, stripeRefundId, amount, now }: { id: string; stripeRefundId: string; amount: number; now: Instant },
): { refund: Refund; charge: Charge } & BookingChange {
  const { currency } = before;
  const owed = Math.min(before.applied, Math.max(0, amount - undelivered(before)));
  const charge = { ...before, refundable: before.refundable - amount, applied: before.applied - owed };
  const request = { id, booking, reason: "made_at_stripe", requestedBy: "stripe", now, currency } as const;
  const asked = requestRefund({ ...request, shares: [{ charge, amount }] });
  const refund: Refund = {
    ...asked,
    parts: asked.parts.map((part) => ({ ...part, status: "pending", stripeRefundId })),
  };
  const at: FactContext = { effectiveOn: refund.effectiveOn, currency, bookingId: booking.id };
  const from =
    booking.status === "completed" ? "earned_revenue" : booking.ending === null ? "deferred_revenue" : "fee_income";
  const ours = currency === booking.currency ? amount : 0;
  const change = nextVersion(booking, now, { refunded: booking.refunded + ours }, (after) => ({
    events: [bookingEvent(after, "RefundRequested", { refundId: id, amount, currency, reason: refund.reason })],
    journal: refundOwed({ refundId: id, amount: owed, from }, at),
  }));
  return { refund, charge, ...change };
}
