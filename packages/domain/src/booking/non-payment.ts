import { addDays, type CalendarDate, dateIn, hasCome, type Instant, later } from "../time/index.ts";
import type { Booking } from "./booking.ts";
import { collectionAt, nextCollection } from "./collection-time.ts";
import type { Due } from "./due.ts";
import { isPursued, isUnderWay } from "./next-try.ts";
import { finallyNoticedOn } from "./notice-plan.ts";
import { afterCountedDays } from "./pause.ts";

/**
 * The date on which a booking is cancelled if a due is not paid after its final notice of a date; null where the program
 * cancels nothing, not for that due, or no day before the start is left. Days that were paused do not count.
 */
export function cancelsOn(booking: Booking, due: Due, noticedOn: CalendarDate): CalendarDate | null {
  const { terms, pauses } = booking;
  const isLive = booking.status === "awaiting_clearance" || booking.status === "confirmed";
  if (terms.nonPayment === null || due.kind === "late_charge" || !isLive) return null;
  const first = addDays(terms.startsOn, -terms.nonPayment.cancelDaysBefore);
  const resumed = pauses?.at(-1)?.until ?? "";
  const date = later(later(first, resumed), afterCountedDays(booking, noticedOn, 1));
  return date < terms.startsOn ? date : null;
}

/**
 * When a booking is cancelled for a due that was finally noticed: at the time of collection of that date, or at the first
 * one after its confirmation.
 */
function cancelledAt(booking: Booking, due: Due): Instant | null {
  const noticedOn = finallyNoticedOn(due);
  const on = noticedOn === null ? null : cancelsOn(booking, due, noticedOn);
  if (on === null) return null;
  const { timeZone } = booking.terms;
  const confirmed = booking.timeline.findLast(({ event }) => event === "BookingConfirmed")?.at;
  const checked = confirmed === undefined ? "" : nextCollection(confirmed, timeZone);
  return [checked, due.goesOnAt ?? ""].reduce(later, collectionAt(on, timeZone));
}

/**
 * When a confirmed booking is cancelled for want of payment; null where it is not to be. What is under way, paused or
 * waived does not count, and a booking that waits for its clearance is left to its deadline. From the first day on nothing
 * is cancelled any more.
 */
export function nonPaymentDeadline(booking: Booking, now: Instant): Instant | null {
  const { startsOn, timeZone } = booking.terms;
  if (booking.status !== "confirmed" || dateIn(timeZone, now) >= startsOn) return null;
  const [next] = booking.dues
    .filter((due) => finallyNoticedOn(due) !== null && isPursued(booking, due) && !isUnderWay(booking, due, now))
    .map((due) => cancelledAt(booking, due))
    .filter((at) => at !== null)
    .sort();
  return next ?? null;
}

/** Whether a booking is cancelled now, since it was not paid. */
export function isToCancel(booking: Booking, now: Instant): boolean {
  const at = nonPaymentDeadline(booking, now);
  return at !== null && hasCome(at, now);
}
