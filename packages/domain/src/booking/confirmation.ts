import { addDays, dateIn, type Instant, later, startOfDay } from "../time/index.ts";
import { type Booking, type BookingChange, bookingEvent } from "./booking.ts";
import { type Due, unpaid, waitsForConfirmation } from "./due.ts";
import { nextVersion } from "./next-version.ts";

/**
 * Dues that start by the confirmation (the balance of the plan `full`) become due the day after the latest
 * confirmation, or on the later date that staff have set.
 */
function scheduledFrom(booking: Booking, now: Instant): Due[] {
  const tomorrow = addDays(dateIn(booking.terms.timeZone, now), 1);
  const dueOn = (due: Due) => (due.datedOn === undefined ? tomorrow : later(due.dueOn, tomorrow));
  return booking.dues.map((due) =>
    waitsForConfirmation(booking, due) && unpaid(due) > 0 ? { ...due, dueOn: dueOn(due) } : due,
  );
}

/** Dues that start by the confirmation are not past due while the booking is unconfirmed. */
const waiting = (booking: Booking): Due[] =>
  booking.dues.map((due) =>
    due.startsBy === "confirmation" && due.status === "past_due" ? { ...due, status: "scheduled" } : due,
  );

/**
 * Confirms the booking. The transaction itself conditions on every required fact (I2); the decision only reads them.
 */
export function confirm(before: Booking, now: Instant): BookingChange {
  return nextVersion(
    before,
    now,
    { facts: ["clearance_complete"], confirmedAt: before.confirmedAt ?? now, dues: scheduledFrom(before, now) },
    (booking) => ({ events: [bookingEvent(booking, "BookingConfirmed")], journal: [] }),
  );
}

/**
 * Takes the confirmation back when the clearance no longer holds; the booking keeps its place. After the clearance
 * deadline, the new deadline is 00:00 of the first day.
 */
export function unconfirm(before: Booking, now: Instant): BookingChange {
  const { clearanceDeadline, startsOn, timeZone } = before.terms;
  const clearanceDueAt = clearanceDeadline > now ? clearanceDeadline : startOfDay(startsOn, timeZone);
  return nextVersion(before, now, { facts: ["clearance_lost"], clearanceDueAt, dues: waiting(before) }, (booking) => ({
    events: [bookingEvent(booking, "BookingUnconfirmed")],
    journal: [],
  }));
}
