import { addDays, type CalendarDate, daysBetween, later } from "../time/index.ts";
import type { Booking } from "./booking.ts";

type Pausing = Pick<Booking, "pauses">;

/** Whether staff have paused the booking's collection and not resumed it. */
export const isPaused = ({ pauses }: Pausing): boolean => pauses?.at(-1)?.until === null;

/** The date on which collection resumed after the last pause; null if there was no pause, or it still runs. */
export const resumedOn = ({ pauses }: Pausing): CalendarDate | null => pauses?.at(-1)?.until ?? null;

/** The date `days` after `from`. Paused days do not count. */
export function afterCountedDays({ pauses = [] }: Pausing, from: CalendarDate, days: number): CalendarDate {
  let date = addDays(from, days);
  for (const pause of pauses) {
    const begin = later(pause.from, from);
    const end = pause.until ?? begin;
    if (begin < date && end > begin) date = addDays(date, daysBetween(begin, end));
  }
  return date;
}
