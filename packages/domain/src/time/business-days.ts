import { allForYear } from "@18f/us-federal-holidays";
import { addDays, type CalendarDate } from "./index.ts";

/** The holidays of the years that were asked for: a year always has the same, and they take a millisecond to find. */
const known = new Map<number, ReadonlySet<CalendarDate>>();

function holidaysOf(year: number): ReadonlySet<CalendarDate> {
  const found =
    known.get(year) ?? new Set(allForYear(year, { shiftSaturdayHolidays: false }).map(({ dateString }) => dateString));
  known.set(year, found);
  return found;
}

/** Neither a week-end nor a day on which the Federal Reserve, and so the bank debits, rest. */
function isBusinessDay(date: CalendarDate): boolean {
  const weekday = new Date(`${date}T12:00:00Z`).getUTCDay();
  return weekday !== 0 && weekday !== 6 && !holidaysOf(Number(date.slice(0, 4))).has(date);
}

/** The date so many business days later, or earlier where they are below 0, over United States federal holidays. */
export function addBusinessDays(date: CalendarDate, days: number): CalendarDate {
  let current = date;
  for (let left = Math.abs(days); left > 0; ) {
    current = addDays(current, Math.sign(days));
    if (isBusinessDay(current)) left--;
  }
  return current;
}
