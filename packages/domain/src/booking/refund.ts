import type { DomainEvent } from "../event/index.ts";
import { type Booked, type FactContext, refundReturned, refundTaken } from "../ledger/index.ts";
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

export type RefundPartStatus = "approved" | "pending" | "succeeded" | "failed" | "refused";

/**
 * The share of a refund that goes back on one charge. `id` is in its metadata at Stripe, and with `generation` it is its
 * idempotency key there (`refundKey`). `failed` came back from the bank; `refused` was never made at Stripe and never
 * will be.
 */
export type RefundPart = {
  id: string;
  /** From 1 on: how many keys it was asked for under. Another one follows where Stripe saved a failure under the last. */
  generation: number;
  chargeId: string;
  paymentIntentId: string;
  amount: number;
  status: RefundPartStatus;
  stripeRefundId: string | null;
  failureCode: string | null;
  /** Refused only because a refund made by hand had taken of the charge: what was still owed is a part of its own. */
  explained: boolean;
  /** Posted: that Stripe took it from its balance, and that a failed one came back to it. */
  takenPosted: boolean;
  returnedPosted: boolean;
};

/** The idempotency key under which a part is asked for now. */
export const refundKey = ({ id, generation }: RefundPart): string => (generation === 1 ? id : `${id}.${generation}`);

/**
 * The part is asked for under its next key: nothing came of its present one. Unchanged where another caller has done that
 * already; null where the part waits to be made no more.
 */
export function askUnderNextKey(refund: Refund, { id, generation }: RefundPart): Refund | null {
  const part = partOf(refund, id);
  if (part.status !== "approved") return null;
  if (part.generation !== generation) return refund;
  const parts = refund.parts.map((one) => (one.id === id ? { ...one, generation: generation + 1 } : one));
  return { ...refund, version: refund.version + 1, parts };
}

/** A part that gives nothing back: it came back or was never made, and is owed and refundable again. */
export const givesNothing = ({ status }: RefundPart): boolean => status === "failed" || status === "refused";

export type RefundReason =
  | "cancellation"
  | "not_cleared"
  | "turned_away"
  | "clearance_deadline"
  | "late_payment"
  | "duplicate_payment"
  | "after_cancellation"
  | "abandoned_payment"
  | "made_at_stripe";

/**
 * Money owed back to a client, from the moment that it is owed until Stripe has paid it out. `unspread` is what of its
 * amount no charge has been found for yet: an ending owes all at once, and is spread over charges afterwards.
 */
export type Refund = {
  id: string;
  version: number;
  bookingId: string;
  amount: number;
  unspread: number;
  currency: string;
  reason: RefundReason;
  requestedBy: string;
  requestedAt: Instant;
  effectiveOn: CalendarDate;
  parts: RefundPart[];
  dueAt: Instant | null;
};

export type RefundStatus = RefundPartStatus;

/**
 * A refund is as far as the part that is least far; one failed part needs a person, so it shows. It stays failed when a
 * refund made by hand has made it good: what is still owed stands at its charge. It is refused when all of it that has
 * not succeeded was refused; a refusal that was explained counts only where nothing else is left.
 */
export function refundStatus({ unspread, parts }: Refund): RefundStatus {
  const counted = parts.filter(({ explained }) => !explained);
  const told = counted.length > 0 ? counted : parts;
  const order: RefundStatus[] = ["failed", "approved", "pending", "refused", "succeeded"];
  const reached = (status: RefundStatus) =>
    told.some((part) => part.status === status) || (status === "approved" && unspread > 0);
  return order.find(reached) ?? "succeeded";
}

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

/** How long the event has to reach the worker before the sweep comes, and the sweep before it comes again. */
const workerMinutes = 2;
const pendingPollHours = 6;

/** Nothing more is to be done at Stripe for a part, or heard of it. */
export const partSettled = ({ status, takenPosted, returnedPosted }: RefundPart): boolean =>
  status === "refused" ||
  (status === "succeeded" && takenPosted) ||
  (status === "failed" && takenPosted === returnedPosted);

/** When a refund asks for work again: soon while a share of it is not at Stripe, later to hear how it went, or never. */
export function refundDueAt({ unspread, parts }: Pick<Refund, "unspread" | "parts">, now: Instant): Instant | null {
  if (unspread > 0 || parts.some(({ status }) => status === "approved")) return plusMinutes(now, workerMinutes);
  return parts.every(partSettled) ? null : plusHours(now, pendingPollHours);
}

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

/**
 * What Stripe says of one refund. `taken` and `returned` are its balance transactions. `refused`: Stripe will never make
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

/** Forward only. What exists at Stripe is no longer refused, whoever heard a refusal of it. */
function statusAfter(before: RefundPartStatus, told: RefundOutcome["status"]): RefundPartStatus {
  if (told === "refused") return before === "approved" ? "refused" : before;
  return order.indexOf(told) > order.indexOf(before) ? told : before;
}

export type RefundDecision =
  | { kind: "unchanged" }
  | ({ kind: "apply"; refund: Refund; restored: number; chargeId: string } & BookingChange);

/** The part of a refund with this id; throws when it has none such. */
export function partOf({ id, parts }: Refund, partId: string): RefundPart {
  const part = parts.find((one) => one.id === partId);
  if (part === undefined) throw new Error(`${id} has no part ${partId}`);
  return part;
}

/**
 * Applies what Stripe says of one part of a refund. Moves forward only; a part that failed or was refused is still owed,
 * counts no longer as refunded, and may be refunded again (`restored`, minor units, goes back to the charge). Throws
 * when a part that Stripe refused exists there after all, whose amount may have been given back another way since, and
 * when the outcome is another refund's.
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
    throw new Error(`${partId} was refused, and is now ${outcome.stripeRefundId} at Stripe`);
  }
  const own = part.stripeRefundId ?? outcome.stripeRefundId;
  if (outcome.stripeRefundId !== null && outcome.stripeRefundId !== own) {
    throw new Error(`${partId} is ${own} at Stripe, and not ${outcome.stripeRefundId}`);
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
  const dueAt = refundDueAt({ ...before, parts }, now);
  const same = JSON.stringify(next) === JSON.stringify(part);
  if (same && (before.dueAt === null) === (dueAt === null) && (before.dueAt === null || before.dueAt > now)) {
    return { kind: "unchanged" };
  }
  const refund: Refund = { ...before, version: before.version + 1, parts, dueAt };
  const becomes = (one: RefundPartStatus) => next.status === one && part.status !== one;
  const { taken, returned } = outcome;
  const { amount } = part;
  const at = (booked: Booked): FactContext => ({
    effectiveOn: dateIn(booking.terms.timeZone, booked.at),
    currency: before.currency,
    bookingId: booking.id,
  });
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
