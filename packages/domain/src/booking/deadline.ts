import { addDays, type Instant, startOfDay } from "../time/index.ts";
import type { Booking } from "./booking.ts";
import { type Due, unpaid } from "./due.ts";
import { removalAt } from "./removal.ts";

/** Whether a due that gets its date at the confirmation is still without it. */
export const waitsForConfirmation = ({ confirmedAt }: Booking, { startsBy }: Due): boolean =>
  startsBy === "confirmation" && confirmedAt === null;

/** The instant at which a due asks for attention: billed on its date, past due the day after; null when settled. */
export function dueDeadline(booking: Booking, due: Due): Instant | null {
  if (unpaid(due) === 0 || waitsForConfirmation(booking, due)) return null;
  const zone = booking.terms.timeZone;
  if (due.billed < due.amount) return startOfDay(due.dueOn, zone);
  return due.status === "scheduled" ? startOfDay(addDays(due.dueOn, 1), zone) : null;
}

/** 00:00 of the day after the last, in the cohort's zone: when an admitted booking is completed. */
export const completesAt = ({ terms }: Booking): Instant => startOfDay(addDays(terms.endsOn, 1), terms.timeZone);

function deadlines(booking: Booking): (Instant | null)[] {
  switch (booking.status) {
    case "held":
      return [booking.holdExpiresAt];
    case "awaiting_clearance":
      return [
        booking.clearanceDueAt,
        ...booking.clearanceReminders,
        ...booking.dues.map((due) => dueDeadline(booking, due)),
      ];
    case "confirmed":
      return [
        booking.admission?.outcome === "admitted" ? completesAt(booking) : null,
        ...booking.dues.map((due) => dueDeadline(booking, due)),
      ];
    case "expired":
    case "cancelled":
      return [removalAt(booking)];
    case "completed":
      return booking.dues.map((due) => dueDeadline(booking, due));
    case "declined":
      return [];
  }
}

/** The least of a booking's deadlines, or null. */
export function nextDeadline(booking: Booking): Instant | null {
  const [first] = deadlines(booking)
    .filter((deadline) => deadline !== null)
    .sort();
  return first ?? null;
}
