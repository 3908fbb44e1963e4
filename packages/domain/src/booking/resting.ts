import type { CalendarDate } from "../time/index.ts";
import { type Booking, mayOwe } from "./booking.ts";
import { cancelDue, type Due, type DueStatus, isAtRest, unpaid } from "./due.ts";
import { whenDue } from "./when-due.ts";

/** A due at rest: past due if its date, or the first date on which it could be paid, has passed; else scheduled. */
export function resting(booking: Booking, due: Due, today: CalendarDate): Due {
  const date = whenDue(booking, due, today);
  return date?.isPast
    ? { ...due, status: "past_due", late: { dueOn: due.dueOn, on: date.on } }
    : { ...due, status: "scheduled" };
}

/** The status of a due on a date: past due from the day after its date, whether or not that is stored yet. */
export function statusOn(booking: Booking, due: Due, today: CalendarDate): DueStatus {
  const isAsked = booking.status !== "held" && mayOwe(booking) && unpaid(due) > 0;
  return isAtRest(due) && isAsked && whenDue(booking, due, today)?.isPast ? "past_due" : due.status;
}

/**
 * Reverses a payment of a due whose money went back to the bank: the amount is owed again. The due keeps its date, its
 * bills and any attempt under way. Throws if less was paid.
 */
export function unpayDue(due: Due, amount: number, at: { booking: Booking; today: CalendarDate }): Due {
  if (!Number.isSafeInteger(amount) || amount < 0 || amount > due.paid) {
    throw new RangeError(`${due.id}: a returned payment of ${amount} must be between 0 and the paid ${due.paid}`);
  }
  const owed: Due = { ...due, paid: due.paid - amount };
  if (due.status === "cancelled") return cancelDue(owed, at.booking.currency);
  return due.status === "processing" || amount === 0 ? owed : resting(at.booking, owed, at.today);
}
