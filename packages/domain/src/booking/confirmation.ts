import { addDays, dateIn, type Instant, startOfDay } from "../time/index.ts";
import { type Booking, type BookingChange, bookingEvent } from "./booking.ts";
import { type Due, waitsForConfirmation } from "./due.ts";
import { nextVersion } from "./next-version.ts";

/** What starts by the confirmation is due the day after the first one. */
function scheduledFrom(booking: Booking, now: Instant): Due[] {
  const dueOn = addDays(dateIn(booking.terms.timeZone, now), 1);
  return booking.dues.map((due) => (waitsForConfirmation(booking, due) ? { ...due, dueOn } : due));
}

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
  return nextVersion(before, now, { facts: ["clearance_lost"], clearanceDueAt }, (booking) => ({
    events: [bookingEvent(booking, "BookingUnconfirmed")],
    journal: [],
  }));
}
