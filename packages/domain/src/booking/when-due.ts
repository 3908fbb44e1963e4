import { type CalendarDate, dateIn, type Instant } from "../time/index.ts";
import type { Booking } from "./booking.ts";
import { countsFrom } from "./collection-time.ts";
import { type Due, keptDate, waitsForConfirmation, withSameDate } from "./due.ts";

/** When a due is due. `isPast`: that date has passed, so the due is late unless it is paid. */
export type DueDate = { on: CalendarDate; isPast: boolean };

/**
 * When a due is due. Texts say this date and not `dueOn`, which can be earlier than the date from which lateness
 * counts. A due that is late stays late for the same date, although a debit that changes afterwards waits for its
 * notice. Null while the due waits for a confirmation, which gives it its date.
 */
export function whenDue(booking: Booking, due: Due, today: CalendarDate): DueDate | null {
  if (waitsForConfirmation(booking, due)) return null;
  const lateOn = keptDate(due.late, due);
  if (lateOn !== null) return { on: lateOn, isPast: true };
  const on = countsFrom(booking, due);
  // An earlier release did not store the date for which a due is late.
  return due.status === "past_due" && today <= on ? { on: due.dueOn, isPast: true } : { on, isPast: today > on };
}

/** The date from which days late are counted: the one for which a due is late, or will be. */
export const lateFrom = (booking: Parameters<typeof countsFrom>[0], due: Due): CalendarDate =>
  keptDate(due.late, due) ?? countsFrom(booking, due);

/**
 * Stores the date for which a due is late where an earlier release stored only its status, which does not last while a
 * payment is under way.
 */
export function withLateDates(before: Booking, dues: readonly Due[], today: CalendarDate): Due[] {
  const undated = before.dues.filter(({ status, late }) => status === "past_due" && late === undefined);
  return dues.map((due) => {
    const late = withSameDate(undated, due);
    const on = late && whenDue(before, late, today)?.on;
    return due.late !== undefined || on === undefined ? due : { ...due, late: { dueOn: due.dueOn, on } };
  });
}

/** The date on which a due was due that has had a final notice, or that staff defer or waive. */
export const wasDueOn = (booking: Booking, due: Due, now: Instant): CalendarDate =>
  whenDue(booking, due, dateIn(booking.terms.timeZone, now))?.on ?? due.dueOn;

/** The date for which a due was late that has had a late charge. Staff may have deferred it since. */
export const wasLateFor = (booking: Booking, due: Due, now: Instant): CalendarDate =>
  due.late?.on ?? wasDueOn(booking, due, now);
