import { type Clearance, clearedThrough, declinesAt } from "../screening/index.ts";
import { addDays, dateIn, type Instant, startOfDay } from "../time/index.ts";
import { agreementSigned, type Booking, type BookingChange, bookingEvent, depositSettled } from "./booking.ts";
import { nextVersion } from "./deadline.ts";
import type { Due } from "./due.ts";

/**
 * What a booking should become in the light of its clearance. `decline` once its hours have passed; `miss_deadline` once
 * the clearance deadline has, and what is there does not confirm.
 */
export type Progress = "confirm" | "unconfirm" | "decline" | "miss_deadline" | "none";

/**
 * Reads what is to be done next; whichever fact arrives last, in any order, leads to the same answer. From the first day
 * on a confirmed booking is only moved by its admission.
 */
export function progress(booking: Booking, clearance: Clearance | null, now: Instant): Progress {
  const { terms, clearanceDueAt } = booking;
  const cleared = clearedThrough(clearance, terms.endsOn);
  switch (booking.status) {
    case "confirmed":
      return cleared || startOfDay(terms.startsOn, terms.timeZone) <= now ? "none" : "unconfirm";
    case "held":
    case "awaiting_clearance": {
      const declines = declinesAt(clearance, terms);
      if (declines !== null && declines <= now) return "decline";
      if (booking.status === "held") return "none";
      if (cleared && depositSettled(booking) && agreementSigned(booking)) return "confirm";
      return clearanceDueAt <= now ? "miss_deadline" : "none";
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
