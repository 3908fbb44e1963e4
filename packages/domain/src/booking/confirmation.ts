import { type Clearance, clearedThrough, declinesAt } from "../screening/index.ts";
import { addDays, dateIn, type Instant, startOfDay } from "../time/index.ts";
import { agreementSigned, type Booking, type BookingChange, bookingEvent, depositSettled } from "./booking.ts";
import { nextVersion } from "./deadline.ts";
import type { Due } from "./due.ts";

/** What a booking should become in the light of its clearance. `decline` once its hours have passed. */
export type Progress = "confirm" | "unconfirm" | "decline" | "none";

/** Reads what is to be done next; whichever fact arrives last, in any order, leads to the same answer. */
export function progress(booking: Booking, clearance: Clearance | null, now: Instant): Progress {
  if (booking.admission !== null) return "none";
  const cleared = clearedThrough(clearance, booking.terms.endsOn);
  switch (booking.status) {
    case "confirmed":
      return cleared ? "none" : "unconfirm";
    case "held":
    case "awaiting_clearance": {
      const declines = declinesAt(clearance, booking.terms);
      if (declines !== null && declines <= now) return "decline";
      const complete = booking.status === "awaiting_clearance" && cleared;
      return complete && depositSettled(booking) && agreementSigned(booking) ? "confirm" : "none";
    }
    case "completed":
    case "expired":
    case "declined":
    case "cancelled":
      return "none";
  }
}

/** The balance of `full` is due the day after the first confirmation. */
function scheduledFrom(booking: Booking, now: Instant): Due[] {
  if (booking.terms.planKind !== "full" || booking.confirmedAt !== null) return booking.dues;
  const dueOn = addDays(dateIn(booking.terms.timeZone, now), 1);
  return booking.dues.map((due) => (due.kind === "balance" ? { ...due, dueOn } : due));
}

/** Confirms. That every fact holds is conditioned on in the very transaction (I2), not only read here. */
export function confirm(before: Booking, now: Instant): BookingChange {
  return nextVersion(
    before,
    now,
    { status: "confirmed", confirmedAt: before.confirmedAt ?? now, dues: scheduledFrom(before, now) },
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
  return nextVersion(before, now, { status: "awaiting_clearance", clearanceDueAt }, (booking) => ({
    events: [bookingEvent(booking, "BookingUnconfirmed")],
    journal: [],
  }));
}
