import { addDays, type CalendarDate, daysBetween, later } from "../time/index.ts";
import type { Booking } from "./booking.ts";

type Pausing = Pick<Booking, "pauses">;

/** Whether staff have paused the collection of a booking, and not gone on with it. */
export const isPaused = ({ pauses }: Pausing): boolean => pauses?.at(-1)?.until === null;

/** The date on which collection goes on after the last pause; null where there was none, or it still runs. */
export const resumedOn = ({ pauses }: Pausing): CalendarDate | null => pauses?.at(-1)?.until ?? null;

/** The date so many days after another, on which days that were paused do not count. */
export function afterCountedDays({ pauses = [] }: Pausing, from: CalendarDate, days: number): CalendarDate {
  let date = addDays(from, days);
  for (const pause of pauses) {
    const begin = later(pause.from, from);
    const end = pause.until ?? begin;
    if (begin < date && end > begin) date = addDays(date, daysBetween(begin, end));
  }
  return date;
}
