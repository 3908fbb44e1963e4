import type { CalendarDate } from "../time/index.ts";

/**
 * A calendar day as the three numbers that Appendix J counts with: `month` counts months from year 0, `day` is the day
 * of the month, `serial` counts days from 1970-01-01. Plain numbers keep the arithmetic fast for a term of a thousand
 * payments.
 */
export type CivilDay = { month: number; day: number; serial: number };

const monthLengths = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
const daysBeforeMonth = monthLengths.map((_, index) =>
  monthLengths.slice(0, index).reduce((sum, days) => sum + days, 0),
);

const isLeap = (year: number): boolean => year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);

function lengthOf(month: number): number {
  const length = monthLengths[month % 12] ?? 0;
  return length === 28 && isLeap(Math.floor(month / 12)) ? 29 : length;
}

/** Days from the beginning of year 1 to the beginning of a month. */
function daysBefore(month: number): number {
  const years = Math.floor(month / 12) - 1;
  const leapYears = Math.floor(years / 4) - Math.floor(years / 100) + Math.floor(years / 400);
  const leapDay = month % 12 > 1 && isLeap(years + 1) ? 1 : 0;
  return 365 * years + leapYears + (daysBeforeMonth[month % 12] ?? 0) + leapDay;
}

const epoch = daysBefore(1970 * 12) + 1;

const civil = (month: number, day: number): CivilDay => ({ month, day, serial: daysBefore(month) + day - epoch });

/** The day of a valid calendar date. */
export function civilDay(date: CalendarDate): CivilDay {
  const year = Number(date.slice(0, 4));
  return civil(year * 12 + Number(date.slice(5, 7)) - 1, Number(date.slice(8)));
}

/** A day of a month, clamped to the month's end. */
export const dayOf = (month: number, day: number): CivilDay => civil(month, Math.min(day, lengthOf(month)));

/** The day `days` later. */
export function daysLater({ serial }: CivilDay, days: number): CivilDay {
  const later = new Date((serial + days) * 86_400_000);
  return civil(later.getUTCFullYear() * 12 + later.getUTCMonth(), later.getUTCDate());
}

export const isMonthEnd = ({ month, day }: CivilDay): boolean => day === lengthOf(month);
