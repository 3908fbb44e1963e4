import type { JournalEntry } from "../ledger/index.ts";
import { type CalendarDate, dateIn, type Instant } from "../time/index.ts";
import type { Attempt } from "./attempt.ts";
import { type Booking, type BookingChange, hasOpenPayoff } from "./booking.ts";
import type { Charge } from "./charge.ts";
import { nextCollection } from "./collection-time.ts";
import { type Due, replaceDue, unpaid } from "./due.ts";
import type { Succeeded } from "./payment-outcome.ts";
import type { Refund } from "./refund.ts";
import { resting } from "./resting.ts";

/**
 * The change of the place and the locks, applied only while each still names this booking. `take`: the claim becomes
 * final. `claim`: it ends at `until`, for a pending or failed bank debit (`debit`), or because a page that was never
 * created gives back its extension (`session`).
 */
export type PlaceMove = { kind: "take" } | { kind: "claim"; until: Instant; cause: "debit" | "session" };

/** The writes of one settlement transaction; absent fields do not change. */
export type Settlement = Partial<Pick<BookingChange, "booking" | "events">> & {
  attempt: Attempt;
  journal: JournalEntry[];
  place?: PlaceMove;
  charge?: Charge;
  /** The balance transaction of a charge recorded earlier. */
  booked?: { chargeId: string; balanceTransactionId: string };
  refund?: Refund;
};

/** The data that the decision on an attempt reads. */
export type SettlementState = {
  booking: Booking;
  attempt: Attempt;
  /** Whether the place still names this booking. */
  placeIsOurs: boolean;
  /** The id for a refund, if one is needed. */
  refundId: string;
};

/**
 * Releases a due from its attempt. While a booking is held nothing is billed, so nothing is past due either. After a
 * failed debit or payoff, collection resumes at the next collection time.
 */
export function releaseDue(booking: Booking, due: Due, now: Instant): Due {
  if (booking.status === "held") return { ...due, status: "scheduled", openAttemptId: null };
  const { timeZone } = booking.terms;
  const free = { ...resting(booking, due, dateIn(timeZone, now)), openAttemptId: null };
  const isPaidOff = hasOpenPayoff(booking) && booking.payoff?.attemptId === due.openAttemptId;
  return due.status === "processing" || isPaidOff ? { ...free, goesOnAt: nextCollection(now, timeZone) } : free;
}

/**
 * The dues after an attempt has ended. If it was a payoff, the dues that it left out could not be paid meanwhile, so
 * their collection resumes at the next collection time too.
 */
export function goOn(booking: Booking, attempt: Pick<Attempt, "id">, dues: Due[], now: Instant): Due[] {
  if (booking.payoff?.attemptId !== attempt.id) return dues;
  const goesOnAt = nextCollection(now, booking.terms.timeZone);
  const isLeftOut = (due: Due) => due.kind !== "deposit" && unpaid(due) > 0 && due.openAttemptId === null;
  return dues.map((due) => (isLeftOut(due) ? { ...due, goesOnAt } : due));
}

/** The event data of an attempt. */
export const attemptEventData = (attempt: Attempt) => ({
  dueId: attempt.dueId,
  attemptId: attempt.id,
  purpose: attempt.purpose,
  amount: attempt.amount,
  currency: attempt.currency,
});

/** The due that an attempt collects. Throws if the booking does not have it. */
export function dueOf(booking: Booking, attempt: Attempt): Due {
  const due = booking.dues.find(({ id }) => id === attempt.dueId);
  if (due === undefined) throw new Error(`${attempt.id} collects ${attempt.dueId}, which ${booking.id} does not have`);
  return due;
}

/**
 * The dues that an attempt collects: its one due, or every due of its payoff that nothing else has paid in the
 * meantime.
 */
export const duesOf = (booking: Booking, attempt: Attempt): Due[] =>
  booking.payoff?.attemptId === attempt.id
    ? booking.dues.filter(({ openAttemptId }) => openAttemptId === attempt.id)
    : [dueOf(booking, attempt)];

/** Whether an attempt still collects a due. */
export const isCollecting = (booking: Booking, attempt: Attempt): boolean =>
  duesOf(booking, attempt).some(({ openAttemptId }) => openAttemptId === attempt.id);

/** The dues with the changed ones replaced. */
export const replaceDues = (dues: Due[], changed: readonly Due[]): Due[] => changed.reduce(replaceDue, dues);

/** Closes the payoff of an attempt that has ended. Its days do not count toward lateness. */
export function withoutPayoff(
  { payoff, spared = [] }: Booking,
  attempt: Pick<Attempt, "id">,
  today: CalendarDate,
): Pick<Booking, "payoff" | "spared"> | Record<string, never> {
  if (payoff?.attemptId !== attempt.id) return {};
  return { payoff: null, spared: [...spared, { from: payoff.on, until: today }] };
}

/** `late`: the money arrived after the place was released. Revive the booking on a free place, or refund everything. */
export type SettlementDecision =
  | { kind: "unchanged" }
  | { kind: "settle"; settlement: Settlement }
  | { kind: "late"; payment: Succeeded };

/** Nothing has changed at Stripe: moves the attempt's next check to `dueAt` if the last one was due. */
export function lookAgain(attempt: Attempt, dueAt: Instant, now: Instant): SettlementDecision {
  if (attempt.dueAt === null || attempt.dueAt > now) return { kind: "unchanged" };
  return { kind: "settle", settlement: { attempt: { ...attempt, version: attempt.version + 1, dueAt }, journal: [] } };
}
