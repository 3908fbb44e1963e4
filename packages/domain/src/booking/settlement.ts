import type { JournalEntry } from "../ledger/index.ts";
import { type CalendarDate, dateIn, type Instant } from "../time/index.ts";
import type { Attempt } from "./attempt.ts";
import { type Booking, type BookingChange, hasOpenPayoff } from "./booking.ts";
import type { Charge } from "./charge.ts";
import { nextCollection } from "./collection-time.ts";
import { type Due, replaceDue } from "./due.ts";
import type { Succeeded } from "./payment-outcome.ts";
import type { Refund } from "./refund.ts";
import { resting } from "./resting.ts";

/**
 * What happens to the place and the locks, each only while it still names this booking: taken, or claimed until, for a
 * bank debit that is waited for or has failed, or because a page that was never made gives back what it brought.
 */
export type PlaceMove = { kind: "take" } | { kind: "claim"; until: Instant; cause: "debit" | "page" };

/** One transaction's worth of settlement; what is absent does not change. */
export type Settlement = Partial<Pick<BookingChange, "booking" | "events">> & {
  attempt: Attempt;
  journal: JournalEntry[];
  place?: PlaceMove;
  charge?: Charge;
  /** The charge that is there already, and how Stripe has booked it since. */
  booked?: { chargeId: string; balanceTransactionId: string };
  refund?: Refund;
};

export type SettlementState = {
  booking: Booking;
  attempt: Attempt;
  /** The place still names this booking. */
  placeIsOurs: boolean;
  /** The id of a refund, should one be owed. */
  refundId: string;
};

/**
 * A due that nothing collects any more. While a booking is held nothing is billed, so nothing is past due either. After a
 * debit or a payoff that came to nothing, what is asked for goes on at the next time of collection.
 */
export function releaseDue(booking: Booking, due: Due, now: Instant): Due {
  if (booking.status === "held") return { ...due, status: "scheduled", openAttemptId: null };
  const { timeZone } = booking.terms;
  const free = resting(booking, due, dateIn(timeZone, now));
  const isPaidOff = hasOpenPayoff(booking) && booking.payoff?.attemptId === due.openAttemptId;
  return due.status === "processing" || isPaidOff ? { ...free, goesOnAt: nextCollection(now, timeZone) } : free;
}

/** What an event says of an attempt. */
export const attemptEventData = (attempt: Attempt) => ({
  dueId: attempt.dueId,
  attemptId: attempt.id,
  purpose: attempt.purpose,
  amount: attempt.amount,
  currency: attempt.currency,
});

/** The due that an attempt collects. */
export function dueOf(booking: Booking, attempt: Attempt): Due {
  const due = booking.dues.find(({ id }) => id === attempt.dueId);
  if (due === undefined) throw new Error(`${attempt.id} collects ${attempt.dueId}, which ${booking.id} does not have`);
  return due;
}

/** The dues that an attempt collects: one, or all that its payoff covers and that nothing else has paid meanwhile. */
export const duesOf = (booking: Booking, attempt: Attempt): Due[] =>
  booking.payoff?.attemptId === attempt.id
    ? booking.dues.filter(({ openAttemptId }) => openAttemptId === attempt.id)
    : [dueOf(booking, attempt)];

/** Whether an attempt still collects what it was begun for. */
export const isCollecting = (booking: Booking, attempt: Attempt): boolean =>
  duesOf(booking, attempt).some(({ openAttemptId }) => openAttemptId === attempt.id);

/** The dues of a booking with some of them changed. */
export const replaceDues = (dues: Due[], changed: readonly Due[]): Due[] => changed.reduce(replaceDue, dues);

/** A payoff that has come to nothing is over; its days make nothing late. */
export function withoutPayoff(
  { payoff, spared = [] }: Booking,
  attempt: Pick<Attempt, "id">,
  today: CalendarDate,
): Pick<Booking, "payoff" | "spared"> | Record<string, never> {
  if (payoff?.attemptId !== attempt.id) return {};
  return { payoff: null, spared: [...spared, { from: payoff.on, until: today }] };
}

/** `late`: the money came after the place was let go; revive the booking on a free place, or return all of it. */
export type SettlementDecision =
  | { kind: "unchanged" }
  | { kind: "settle"; settlement: Settlement }
  | { kind: "late"; payment: Succeeded };

/** Nothing has changed at Stripe: an attempt whose look was due has its next one later. */
export function lookAgain(attempt: Attempt, dueAt: Instant, now: Instant): SettlementDecision {
  if (attempt.dueAt === null || attempt.dueAt > now) return { kind: "unchanged" };
  return { kind: "settle", settlement: { attempt: { ...attempt, version: attempt.version + 1, dueAt }, journal: [] } };
}
