import { afterLapse, type Clearance, declinesAt, lapsesAt, missing } from "../screening/index.ts";
import { dateIn, daysBetween, type Instant } from "../time/index.ts";
import { type Booking, type BookingChange, bookingEvent, mayBeEvaluated } from "./booking.ts";
import { nextStep } from "./next-step.ts";
import { nextVersion } from "./next-version.ts";

/**
 * The clearance with its lapse told, once its validity has ended before the booking is over; null when there is nothing
 * to tell. A booking that clearance moves no more is told nothing.
 */
export function lapseClearance(booking: Booking, clearance: Clearance, now: Instant): Clearance | null {
  const lapses = lapsesAt(clearance, booking.terms);
  if (lapses === null || lapses > now || clearance.lapsedAt !== null || !mayBeEvaluated(booking)) return null;
  return dateIn(booking.terms.timeZone, now) > booking.terms.endsOn ? null : afterLapse(clearance, now);
}

/**
 * Reminds the participant of what is missing, at the instants set for it; one that comes when nothing is missing is
 * dropped. Null while none has come.
 */
export function remindOfClearance(before: Booking, clearance: Clearance | null, now: Instant): BookingChange | null {
  const { status, terms, clearanceDueAt } = before;
  const clearanceReminders = before.clearanceReminders.filter((instant) => instant > now);
  if (status !== "awaiting_clearance" || clearanceReminders.length === before.clearanceReminders.length) return null;
  const [today, deadline] = [dateIn(terms.timeZone, now), dateIn(terms.timeZone, clearanceDueAt)];
  const data = { daysLeft: daysBetween(today, deadline), clearanceDueAt };
  return nextVersion(before, now, { clearanceReminders }, (booking) => ({
    events: missing(clearance, terms.endsOn).length === 0 ? [] : [bookingEvent(booking, "ClearanceReminder", data)],
    journal: [],
  }));
}

/**
 * When the sweep has to look at a clearance: at once while its booking has not followed it, so that a lost message loses
 * nothing; then when a `not_cleared` declines or its validity ends; null when nothing can come of it.
 */
export function followUpAt(booking: Booking, clearance: Clearance, now: Instant): Instant | null {
  if (nextStep(booking, clearance, now) !== "none" || lapseClearance(booking, clearance, now) !== null) return now;
  if (!mayBeEvaluated(booking)) return null;
  // What declines does not clear, so only one of the two is ever to come.
  const next = declinesAt(clearance, booking.terms) ?? lapsesAt(clearance, booking.terms);
  return next !== null && next > now ? next : null;
}
