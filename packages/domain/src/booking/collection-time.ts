import { addDays, type CalendarDate, dateIn, type Instant, instantAt, later } from "../time/index.ts";
import type { Booking } from "./booking.ts";
import type { Due } from "./due.ts";
import { debitNotBefore } from "./varied-debit.ts";

/** When collection works: tries, notices, late charges and what follows go at this time in the cohort's zone. */
const collectionTime = "10:00";

export const collectionAt = (date: CalendarDate, zone: string): Instant => instantAt(date, collectionTime, zone);

/** The first time of collection at an instant or after it. */
export function nextCollection(from: Instant, zone: string): Instant {
  const today = dateIn(zone, from);
  const atTen = collectionAt(today, zone);
  return atTen >= from ? atTen : collectionAt(addDays(today, 1), zone);
}

/**
 * The date from which lateness, notices and retries of a due count: its own, and at the earliest the day after the
 * deposit settled, since nothing else can be paid before that; and not before a debit that is held back can be made.
 */
export function countsFrom(
  booking: Pick<Booking, "depositSettledOn" | "autopay" | "savedMethod">,
  due: Due,
): CalendarDate {
  const { depositSettledOn } = booking;
  const { kind, dueOn } = due;
  if (kind === "deposit" || depositSettledOn === undefined) return dueOn;
  const payable = later(dueOn, addDays(depositSettledOn, 1));
  return later(payable, debitNotBefore(booking, due) ?? payable);
}
