import type { CalendarDate } from "../time/index.ts";
import type { Booking } from "./booking.ts";
import { countsFrom } from "./collection-time.ts";
import { cancelDue, type Due, waitsForConfirmation } from "./due.ts";

/** A due with nothing under way: past due once its date has passed, counted from when it could be paid. */
export const resting = (booking: Booking, due: Due, today: CalendarDate): Due => ({
  ...due,
  status: today > countsFrom(booking, due) && !waitsForConfirmation(booking, due) ? "past_due" : "scheduled",
  openAttemptId: null,
});

/**
 * Takes back what a payment paid of a due, when the bank has taken its money back: that is owed again. The due keeps its
 * date and its bills; what is under way for it goes on. Throws when less was paid.
 */
export function unpayDue(due: Due, amount: number, at: { booking: Booking; today: CalendarDate }): Due {
  if (!Number.isSafeInteger(amount) || amount < 0 || amount > due.paid) {
    throw new RangeError(`${due.id}: ${amount} of ${due.paid} paid cannot come back`);
  }
  const owed: Due = { ...due, paid: due.paid - amount };
  if (due.status === "cancelled") return cancelDue(owed, at.booking.currency);
  return due.status === "processing" || amount === 0
    ? owed
    : { ...owed, status: resting(at.booking, owed, at.today).status };
}
