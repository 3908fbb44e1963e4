import type { CivilDay } from "./civil-day.ts";
import type { SeriesDay } from "./series-day.ts";
import { isHalfMonth, type UnitPeriod, wholeMonths } from "./time-between.ts";

/** From one advance or payment to the next, or from the beginning of the term to the first (Appendix J (b)(3)(i)). */
export type Period = { from: CivilDay; to: SeriesDay };

const names: Record<UnitPeriod["unit"], Record<number, string>> = {
  day: { 1: "day" },
  week: { 1: "week", 2: "two_weeks", 4: "four_weeks" },
  half_month: { 1: "half_month" },
  month: { 1: "month", 2: "two_months", 3: "quarter", 12: "year" },
};

/** `month`, `quarter`, `two_weeks`; a unit-period without a name is counted: `5_months`, `255_days`. */
export const unitPeriodName = ({ unit, count }: UnitPeriod): string => names[unit][count] ?? `${count}_${unit}s`;

const longest: Record<UnitPeriod["unit"], number> = { day: 365, week: 52, half_month: 1, month: 12 };

/** Every unit-period of at most a year, by name. */
const byName: ReadonlyMap<string, UnitPeriod> = new Map(
  (["day", "week", "half_month", "month"] as const).flatMap((unit) =>
    Array.from({ length: longest[unit] }, (_, index) => ({ unit, count: index + 1 })).map(
      (unitPeriod): [string, UnitPeriod] => [unitPeriodName(unitPeriod), unitPeriod],
    ),
  ),
);

/** The unit-period with this name, if there is one of at most a year. */
export const unitPeriodNamed = (name: string): UnitPeriod | undefined => byName.get(name);

/** The number of unit-periods per year (Appendix J (b)(5)(ii)-(vii)). */
export function unitPeriodsPerYear({ unit, count }: UnitPeriod): number {
  const ofOne = { day: 365, week: 52, half_month: 24, month: 12 };
  return ofOne[unit] / count;
}

const daysIn = ({ unit, count }: UnitPeriod): number => {
  const ofOne = { day: 1, week: 7, half_month: 15, month: 30 };
  return unit === "month" && count === 12 ? 365 : ofOne[unit] * count;
};

/**
 * The unit-period of a single advance and a single payment: the term, at most a year. It is counted in months if the
 * term is a whole number of months, else in days (Appendix J (b)(4)(ii), (b)(5)(vi) and (vii)).
 */
export function unitPeriodOfTerm({ from, to }: Period): UnitPeriod {
  const months = wholeMonths(from, to);
  if (months !== null) return { unit: "month", count: Math.min(12, months) };
  const days = to.serial - from.serial;
  return days > 365 ? { unit: "month", count: 12 } : { unit: "day", count: days };
}

/**
 * The unit-period of every other transaction: the most frequent period of at most a year that occurs more than once,
 * the shorter on a tie. Without one, the average of all periods (Appendix J (b)(4)(i)).
 */
export function commonUnitPeriod(periods: readonly Period[]): UnitPeriod {
  const calendar = new Map<number, number>();
  const days = new Map<number, { all: number; ofNoMonth: number }>();
  for (const period of periods) {
    const inMonths = calendarPeriod(period);
    if (inMonths !== null) calendar.set(inMonths, (calendar.get(inMonths) ?? 0) + 1);
    const length = period.to.serial - period.from.serial;
    const { all, ofNoMonth } = days.get(length) ?? { all: 0, ofNoMonth: 0 };
    days.set(length, { all: all + 1, ofNoMonth: inMonths === null ? ofNoMonth + 1 : ofNoMonth });
  }
  const common: { occurs: number; unitPeriod: UnitPeriod }[] = [];
  for (const [halves, occurs] of calendar) common.push({ occurs, unitPeriod: ofHalfMonths(halves) });
  for (const [length, { all, ofNoMonth }] of days) {
    // Periods that are all whole months are counted as months, even if they happen to have the same number of days.
    if (ofNoMonth > 0 && length <= 365) common.push({ occurs: all, unitPeriod: ofDays(length) });
  }
  const [most] = common
    .filter(({ occurs }) => occurs > 1)
    .sort((a, b) => b.occurs - a.occurs || daysIn(a.unitPeriod) - daysIn(b.unitPeriod));
  return most?.unitPeriod ?? averagePeriod(periods);
}

/**
 * A period in half months: 1 between the days of a pair, 2 for a month. Null if it is neither or longer than a year.
 */
function calendarPeriod({ from, to }: Period): number | null {
  const months = wholeMonths(from, to);
  if (months !== null) return months <= 12 ? 2 * months : null;
  return isHalfMonth(from, to) ? 1 : null;
}

const ofHalfMonths = (halves: number): UnitPeriod =>
  halves === 1 ? { unit: "half_month", count: 1 } : { unit: "month", count: halves / 2 };

const ofDays = (days: number): UnitPeriod =>
  days % 7 === 0 ? { unit: "week", count: days / 7 } : { unit: "day", count: days };

const standardIntervals: readonly UnitPeriod[] = [...byName.values()].filter(
  ({ unit, count }) => unit !== "day" || count === 1,
);

/** The standard interval nearest to the average of all periods, the shorter on a tie. */
function averagePeriod(periods: readonly Period[]): UnitPeriod {
  const average = periods.reduce((sum, { from, to }) => sum + to.serial - from.serial, 0) / periods.length;
  return standardIntervals.reduce((nearest, one) => {
    const closer = Math.abs(daysIn(nearest) - average) - Math.abs(daysIn(one) - average);
    return closer > 0 || (closer === 0 && daysIn(one) < daysIn(nearest)) ? one : nearest;
  });
}
