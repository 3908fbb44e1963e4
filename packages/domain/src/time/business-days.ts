import { allForYear } from "@18f/us-federal-holidays";
import { addDays, type CalendarDate } from "./index.ts";
import { remembered } from "./remembered.ts";

/** Caches the holidays by year, since computing a year's takes a millisecond. */
const known = new Map<number, ReadonlySet<CalendarDate>>();

function holidaysOf(year: number): ReadonlySet<CalendarDate> {
  const found =
    known.get(year) ?? new Set(allForYear(year, { shiftSaturdayHolidays: false }).map(({ dateString }) => dateString));
  known.set(year, found);
  return found;
}

/** Whether a date is neither a weekend day nor a Federal Reserve holiday, on which bank debits do not settle. */
function isBusinessDay(date: CalendarDate): boolean {
  const weekday = new Date(`${date}T12:00:00Z`).getUTCDay();
  return weekday !== 0 && weekday !== 6 && !holidaysOf(Number(date.slice(0, 4))).has(date);
}

/**
 * The date a number of business days later, or earlier if the number is negative; skips United States federal holidays.
 */
export const addBusinessDays = remembered((date: CalendarDate, days: number): CalendarDate => {
  let current = date;
  for (let left = Math.abs(days); left > 0; ) {
    current = addDays(current, Math.sign(days));
    if (isBusinessDay(current)) left--;
  }
  return current;
});
