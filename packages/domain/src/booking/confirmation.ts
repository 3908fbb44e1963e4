import { personKey } from "../person/index.ts";
import { afterLapse, type Clearance, confirms, declinesAt, lapsesAt, missing } from "../screening/index.ts";
import { addDays, dateIn, daysBetween, type Instant, startOfDay } from "../time/index.ts";
import {
  agreementSigned,
  type Booking,
  type BookingChange,
  bookingEvent,
  depositSettled,
  mayBeEvaluated,
} from "./booking.ts";
import { nextVersion } from "./deadline.ts";
import type { Due } from "./due.ts";

/** Whether a clearance is all that this booking needs of one (I2). */
export const isCleared = ({ terms, participant }: Booking, clearance: Clearance | null): boolean =>
  confirms(clearance, { lastDay: terms.endsOn, participant: personKey(participant.email) });

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
  const cleared = isCleared(booking, clearance);
  const accepted = booking.participation === "accepted";
  switch (booking.status) {
    case "confirmed":
      return cleared || startOfDay(terms.startsOn, terms.timeZone) <= now ? "none" : "unconfirm";
    case "held":
    case "awaiting_clearance": {
      const declines = declinesAt(clearance, terms);
      if (declines !== null && declines <= now) return "decline";
      if (booking.status === "held") return "none";
      if (cleared && accepted && depositSettled(booking) && agreementSigned(booking)) return "confirm";
      return clearanceDueAt <= now ? "miss_deadline" : "none";
    }
    case "completed":
    case "expired":
    case "declined":
    case "cancelled":
      return "none";
  }
}

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
  if (progress(booking, clearance, now) !== "none" || lapseClearance(booking, clearance, now) !== null) return now;
  if (!mayBeEvaluated(booking)) return null;
  const [first] = [declinesAt(clearance, booking.terms), lapsesAt(clearance, booking.terms)]
    .filter((instant) => instant !== null && instant > now)
    .sort();
  return first ?? null;
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
