import { addDays, type CalendarDate, dateIn, type Instant, instantAt, later } from "../time/index.ts";
import type { Booking } from "./booking.ts";
import { type Due, keptDate } from "./due.ts";
import { debitNotBefore } from "./varied-debit.ts";

/** The daily time of tries, notices, late charges and cancellations, in the cohort's time zone. */
const collectionTime = "10:00";

export const collectionAt = (date: CalendarDate, zone: string): Instant => instantAt(date, collectionTime, zone);

/** The first collection time at or after an instant. */
export function nextCollection(from: Instant, zone: string): Instant {
  const today = dateIn(zone, from);
  const atTen = collectionAt(today, zone);
  return atTen >= from ? atTen : collectionAt(addDays(today, 1), zone);
}

/**
 * The date from which lateness, notices and retries of a due count: the latest of its own date, the day after the
 * deposit settled (nothing else can be paid before), the first date on which its bank debit is allowed, and a later date
 * of which its client was told before.
 */
export function countsFrom(
  booking: Pick<Booking, "depositSettledOn" | "autopay" | "savedMethod">,
  due: Due,
): CalendarDate {
  const { depositSettledOn } = booking;
  const { kind, dueOn } = due;
  if (kind === "deposit" || depositSettledOn === undefined) return dueOn;
  const dates = [addDays(depositSettledOn, 1), debitNotBefore(booking, due), keptDate(due.told, due)];
  return dates.filter((date) => date !== null).reduce(later, dueOn);
}
