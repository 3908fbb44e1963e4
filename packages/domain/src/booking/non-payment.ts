import { addDays, type CalendarDate, dateIn, hasCome, type Instant, later } from "../time/index.ts";
import type { Booking } from "./booking.ts";
import { collectionAt, countsFrom } from "./collection-time.ts";
import { type Due, unpaid } from "./due.ts";
import { afterFinalNotice } from "./notice-plan.ts";
import { isPaused } from "./pause.ts";

/** The first date on which a program cancels for want of payment; null where it never does. */
const firstDay = ({ terms }: Booking): CalendarDate | null =>
  terms.nonPayment === null ? null : addDays(terms.startsOn, -terms.nonPayment.cancelDaysBefore);

/**
 * The date on which a booking is cancelled if nothing is paid after a final notice of today; null where the program
 * cancels nothing, or no day before the start is left.
 */
export function cancelsOn(booking: Booking, now: Instant): CalendarDate | null {
  const { startsOn, timeZone } = booking.terms;
  const first = firstDay(booking);
  if (first === null) return null;
  const date = later(first, addDays(dateIn(timeZone, now), 1));
  return date < startsOn ? date : null;
}

/** From when a due is what its booking is cancelled for: past due, and its client was told finally on a day before. */
function countsAgainst(booking: Booking, due: Due): CalendarDate | null {
  const isOwed = due.kind !== "deposit" && due.kind !== "late_charge" && unpaid(due) > 0;
  const isOpen = due.openAttemptId !== null || due.status === "processing";
  const told = afterFinalNotice(booking, due);
  return !isOwed || isOpen || told === null ? null : later(told, addDays(countsFrom(booking, due), 1));
}

/**
 * When a confirmed booking is cancelled for want of payment; null where it is not to be. What is under way, paused or
 * waived does not count, and a booking that waits for its clearance is left to its deadline. From the first day on nothing
 * is cancelled any more.
 */
export function nonPaymentDeadline(booking: Booking, now: Instant): Instant | null {
  const { terms, status, admission, payoff } = booking;
  const first = firstDay(booking);
  const mayBe = status === "confirmed" && admission === null && payoff === undefined && !isPaused(booking);
  if (first === null || !mayBe || dateIn(terms.timeZone, now) >= terms.startsOn) return null;
  const [next] = booking.dues
    .map((due) => countsAgainst(booking, due))
    .filter((date) => date !== null)
    .map((date) => later(date, first))
    .sort();
  return next === undefined || next >= terms.startsOn ? null : collectionAt(next, terms.timeZone);
}

/** Whether a booking is cancelled now, since it was not paid. */
export function isToCancel(booking: Booking, now: Instant): boolean {
  const at = nonPaymentDeadline(booking, now);
  return at !== null && hasCome(at, now);
}
