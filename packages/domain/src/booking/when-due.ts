import { type CalendarDate, dateIn, type Instant } from "../time/index.ts";
import type { Booking } from "./booking.ts";
import { countsFrom } from "./collection-time.ts";
import { type Due, waitsForConfirmation } from "./due.ts";

/** When a due is due. `isPast`: that date has passed, so the due is late unless it is paid. */
export type DueDate = { on: CalendarDate; isPast: boolean };

/**
 * When a due is due. Every text says this date and not `dueOn`, which can be earlier than the date from which lateness
 * counts. Null while the due waits for a confirmation, which gives it its date.
 */
export function whenDue(booking: Booking, due: Due, today: CalendarDate): DueDate | null {
  if (waitsForConfirmation(booking, due)) return null;
  const on = countsFrom(booking, due);
  return { on, isPast: today > on };
}

/**
 * The date on which a due was due that has had a late charge or a final notice. Its own date if another one counts by
 * now, which has not passed.
 */
export function wasDueOn(booking: Booking, due: Due, now: Instant): CalendarDate {
  const date = whenDue(booking, due, dateIn(booking.terms.timeZone, now));
  return date?.isPast ? date.on : due.dueOn;
}
