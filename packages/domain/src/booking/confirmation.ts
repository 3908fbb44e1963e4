import { addDays, dateIn, type Instant, later, startOfDay } from "../time/index.ts";
import { type Booking, type BookingChange, bookingEvent } from "./booking.ts";
import { type Due, unpaid, waitsForConfirmation } from "./due.ts";
import { nextVersion } from "./next-version.ts";

/** What starts by the confirmation is due the day after the latest one, or when staff have deferred it to. */
function scheduledFrom(booking: Booking, now: Instant): Due[] {
  const tomorrow = addDays(dateIn(booking.terms.timeZone, now), 1);
  const dueOn = (due: Due) => (due.datedOn === undefined ? tomorrow : later(due.dueOn, tomorrow));
  return booking.dues.map((due) =>
    waitsForConfirmation(booking, due) && unpaid(due) > 0 ? { ...due, dueOn: dueOn(due) } : due,
  );
}

/** What starts by the confirmation is not late while there is none. */
const waiting = (booking: Booking): Due[] =>
  booking.dues.map((due) =>
    due.startsBy === "confirmation" && due.status === "past_due" ? { ...due, status: "scheduled" } : due,
  );

/** Confirms. That every fact holds is conditioned on in the very transaction (I2), not only read here. */
export function confirm(before: Booking, now: Instant): BookingChange {
  return nextVersion(
    before,
    now,
    { facts: ["clearance_complete"], confirmedAt: before.confirmedAt ?? now, dues: scheduledFrom(before, now) },
    (booking) => ({ events: [bookingEvent(booking, "BookingConfirmed")], journal: [] }),
  );
}

/**
 * Takes a confirmation back when the clearance no longer holds; the place is kept. After the clearance deadline the
 * booking has until 00:00 of the first day.
 */
export function unconfirm(before: Booking, now: Instant): BookingChange {
  const { clearanceDeadline, startsOn, timeZone } = before.terms;
  const clearanceDueAt = clearanceDeadline > now ? clearanceDeadline : startOfDay(startsOn, timeZone);
  return nextVersion(before, now, { facts: ["clearance_lost"], clearanceDueAt, dues: waiting(before) }, (booking) => ({
    events: [bookingEvent(booking, "BookingUnconfirmed")],
    journal: [],
  }));
}
