import { type CivilDay, dayOf, isMonthEnd } from "./civil-day.ts";

/**
 * A day with the day of the month that its series falls on: 28 February of payments on the 31st has `on: 31`. Months are
 * measured from that day (Appendix J (b)(3)(iv)).
 */
export type SeriesDay = CivilDay & { on: number };

type Series = { on: number; allMonthEnds: boolean };

/**
 * The day of the month that each of some days falls on, in their order. A day continues the series of the day before it
 * where it is the same day of its month, or the last day of a month that is too short for it. A day that names its `on`
 * keeps it.
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
  // Of month ends alone, a longer month shows on which day they fall: 28 February, then 31 March.
  const grows = series.allMonthEnds && one.day > series.on;
  if (!grows && one.day !== dayOf(one.month, series.on).day) return { on: one.day, allMonthEnds: isLast };
  series.on = Math.max(series.on, one.day);
  series.allMonthEnds &&= isLast;
  return series;
}
