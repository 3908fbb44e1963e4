import { type CivilDay, dayOf } from "./civil-day.ts";
import type { SeriesDay } from "./series-day.ts";

/** The interval that a rate is computed over; 12 months are a year. A half month has count 1. */
export type UnitPeriod = { unit: "day" | "week" | "half_month" | "month"; count: number };

/** Time in unit-periods: whole ones and a fraction of one. */
export type UnitPeriods = { whole: number; fraction: number };

/** The number of full months between two days, measured back from the later one (Appendix J (b)(3)(iv)). */
function fullMonths(from: CivilDay, to: SeriesDay): number {
  const months = to.month - from.month;
  return dayOf(from.month, to.on).day < from.day ? months - 1 : months;
}

/** The number of months between two days if it is whole; else null. */
export function wholeMonths(from: CivilDay, to: SeriesDay): number | null {
  const months = fullMonths(from, to);
  return dayOf(to.month - months, to.on).serial === from.serial ? months : null;
}

/** The day `count` half months before a day, on its pair of days: the 1st and the 16th, or the 15th and the 30th. */
function halfMonthsBefore({ month, on }: SeriesDay, count: number): CivilDay {
  const first = on > 15 ? on - 15 : on;
  const half = 2 * month + (on > 15 ? 1 : 0) - count;
  return dayOf(Math.floor(half / 2), half % 2 === 0 ? first : first + 15);
}

export const isHalfMonth = (from: CivilDay, to: SeriesDay): boolean => halfMonthsBefore(to, 1).serial === from.serial;

/** The number of unit-periods from the beginning of the term to a later day (Appendix J (b)(5)). */
export function unitPeriodsBetween(from: CivilDay, to: SeriesDay, { unit, count }: UnitPeriod): UnitPeriods {
  const days = to.serial - from.serial;
  switch (unit) {
    case "day":
      return inDays(days, count);
    case "week":
      return inDays(days, 7 * count);
    case "half_month":
      return inHalfMonths(from, to);
    case "month":
      return count === 12 ? inYears(from, to) : inMonths(from, to, count);
  }
}

// Appendix J (b)(5)(iv).
const inDays = (days: number, each: number): UnitPeriods => ({
  whole: Math.floor(days / each),
  fraction: (days % each) / each,
});

// Appendix J (b)(5)(ii) and (iii): a month has 30 days.
function inMonths(from: CivilDay, to: SeriesDay, count: number): UnitPeriods {
  const months = fullMonths(from, to);
  const oddDays = dayOf(to.month - months, to.on).serial - from.serial;
  return inDays(30 * months + oddDays, 30 * count);
}

// Appendix J (b)(5)(iii), counted on the fixed pairs of days, so that every payment of a series has the same fraction.
function inHalfMonths(from: CivilDay, to: SeriesDay): UnitPeriods {
  const inMonths = 2 * fullMonths(from, to);
  const whole = halfMonthsBefore(to, inMonths + 1).serial >= from.serial ? inMonths + 1 : inMonths;
  return { whole, fraction: (halfMonthsBefore(to, whole).serial - from.serial) / 15 };
}

// Appendix J (b)(5)(v).
function inYears(from: CivilDay, to: SeriesDay): UnitPeriods {
  const whole = Math.floor(fullMonths(from, to) / 12);
  const months = wholeMonths(from, to);
  const oddDays = dayOf(to.month - 12 * whole, to.on).serial - from.serial;
  return { whole, fraction: months === null ? oddDays / 365 : (months % 12) / 12 };
}
