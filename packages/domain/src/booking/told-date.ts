import type { Booking } from "./booking.ts";
import { countsFrom } from "./collection-time.ts";
import { type Due, keptDate, unpaid, withSameDate } from "./due.ts";

/**
 * The dues of the next version. Receipts, notices and pages have told the client from which date a due counts. If a
 * decision ends what put that date off, such as the permission or the saved account of a changed debit, the due keeps
 * the date. A late due has its own already.
 */
export function withToldDates(before: Booking, after: Booking): Due[] {
  return after.dues.map((due) => {
    const old = withSameDate(before.dues, due);
    if (old === undefined || keptDate(due.late, due) !== null || unpaid(due) === 0) return due;
    const on = countsFrom(before, old);
    return on > countsFrom(after, due) ? { ...due, told: { dueOn: due.dueOn, on } } : due;
  });
}
