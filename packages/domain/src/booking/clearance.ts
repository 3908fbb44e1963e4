import { afterLapse, type Clearance, declinesAt, lapsesAt, missing } from "../screening/index.ts";
import { dateIn, daysBetween, type Instant } from "../time/index.ts";
import { type Booking, type BookingChange, bookingEvent, mayBeEvaluated } from "./booking.ts";
import { nextStep } from "./next-step.ts";
import { nextVersion } from "./next-version.ts";

/**
 * The clearance marked as lapsed, after its validity ended while the booking still runs. Null if there is nothing to
 * announce, or if clearance no longer affects the booking.
 */
export function lapseClearance(booking: Booking, clearance: Clearance, now: Instant): Clearance | null {
  const lapses = lapsesAt(clearance, booking.terms);
  if (lapses === null || lapses > now || clearance.lapsedAt !== null || !mayBeEvaluated(booking)) return null;
  return dateIn(booking.terms.timeZone, now) > booking.terms.endsOn ? null : afterLapse(clearance, now);
}

/**
 * Sends the participant a reminder of missing evaluations, at the instants set for it. Drops a reminder if nothing is
 * missing. Null if none is due.
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
 * When the sweep must look at a clearance: now if the booking has not followed it yet, in case a message was lost; else
 * when a `not_cleared` declines the booking or the validity ends. Null if nothing can follow.
 */
export function followUpAt(booking: Booking, clearance: Clearance, now: Instant): Instant | null {
  if (nextStep(booking, clearance, now) !== "none" || lapseClearance(booking, clearance, now) !== null) return now;
  if (!mayBeEvaluated(booking)) return null;
  // A clearance that declines does not clear, so at most one of the two instants lies ahead.
  const next = declinesAt(clearance, booking.terms) ?? lapsesAt(clearance, booking.terms);
  return next !== null && next > now ? next : null;
}
