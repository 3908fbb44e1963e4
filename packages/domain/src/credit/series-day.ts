import { type CivilDay, dayOf, isMonthEnd } from "./civil-day.ts";

/**
 * A day with its series' day of the month: 28 February in a series on the 31st has `on: 31`. Months are measured from
 * that day (Appendix J (b)(3)(iv)).
 */
export type SeriesDay = CivilDay & { on: number };

type Series = { on: number; allMonthEnds: boolean };

/**
 * The series' day of the month for each of several days, in order. A day continues the series of the previous day if it
 * has the same day of the month, or is the last day of a month too short for it. A day with its own `on` keeps it.
 */
export function seriesOf(days: readonly (CivilDay & { on?: number })[]): { on: number }[] {
  let series: Series | null = null;
  return days.map((one) => {
    series = one.on === undefined ? continued(series, one) : { on: one.on, allMonthEnds: false };
    return series;
  });
}

function continued(series: Series | null, one: CivilDay): Series {
  const isLast = isMonthEnd(one);
  if (series === null) return { on: one.day, allMonthEnds: isLast };
  // If all days so far are month ends, a longer month reveals the day of the series: 28 February, then 31 March.
  const grows = series.allMonthEnds && one.day > series.on;
  if (!grows && one.day !== dayOf(one.month, series.on).day) return { on: one.day, allMonthEnds: isLast };
  series.on = Math.max(series.on, one.day);
  series.allMonthEnds &&= isLast;
  return series;
}
