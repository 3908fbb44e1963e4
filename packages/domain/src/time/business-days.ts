import { isAHoliday } from "@18f/us-federal-holidays";
import { addDays, type CalendarDate } from "./index.ts";

/** Neither a week-end nor a day on which the Federal Reserve, and so the bank debits, rest. */
function isBusinessDay(date: CalendarDate): boolean {
  const midday = new Date(`${date}T12:00:00Z`);
  const weekday = midday.getUTCDay();
  return weekday !== 0 && weekday !== 6 && !isAHoliday(midday, { shiftSaturdayHolidays: false, utc: true });
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
