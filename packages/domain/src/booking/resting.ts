import type { CalendarDate } from "../time/index.ts";
import { type Booking, mayOwe } from "./booking.ts";
import { countsFrom } from "./collection-time.ts";
import { cancelDue, type Due, type DueStatus, isAtRest, unpaid, waitsForConfirmation } from "./due.ts";

/** A due with nothing under way: past due once its date has passed, counted from when it could be paid. */
export const resting = (booking: Booking, due: Due, today: CalendarDate): Due => ({
  ...due,
  status: today > countsFrom(booking, due) && !waitsForConfirmation(booking, due) ? "past_due" : "scheduled",
  openAttemptId: null,
});

/** The status of a due on a date: it is past due from the day after its date on, whether or not that is written yet. */
export function statusOn(booking: Booking, due: Due, today: CalendarDate): DueStatus {
  const waits = booking.status === "held" || !mayOwe(booking) || waitsForConfirmation(booking, due);
  const isLate = isAtRest(due) && !waits && unpaid(due) > 0 && today > countsFrom(booking, due);
  return isLate ? "past_due" : due.status;
}

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
