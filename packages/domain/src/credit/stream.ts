import type { CalendarDate } from "../time/index.ts";
import { type CivilDay, civilDay, dayOf, daysLater } from "./civil-day.ts";
import { type SeriesDay, seriesOf } from "./series-day.ts";

/** How streams recur: by days, by months from the first date, or on a pair of days half a month apart. */
const steps = {
  week: { days: 7 },
  two_weeks: { days: 14 },
  half_month: "half_month",
  four_weeks: { days: 28 },
  month: { months: 1 },
  two_months: { months: 2 },
  quarter: { months: 3 },
  year: { months: 12 },
} as const;

type Recurrence = keyof typeof steps;

const isRecurrence = (name: string): name is Recurrence => Object.hasOwn(steps, name);

/** The names of the intervals at which the payments of a stream may recur. */
export const recurrences: readonly Recurrence[] = Object.keys(steps).filter(isRecurrence);

/** One advance or payment, or `count` equal ones that recur from `date` on. Amounts are positive, in minor units. */
export type Stream = {
  date: CalendarDate;
  amount: number;
  count?: number | undefined;
  every?: Recurrence | undefined;
};

/** One advance or payment on its day. */
export type Flow = { day: SeriesDay; amount: number };

/** An invalid field, by its path. */
export type StreamProblem = { path: string; detail: string };

/** The most advances or payments of one stream, and of all streams together. */
export const mostFlows = 1_000;
export const mostYears = 100;
const earliest: CalendarDate = "1900-01-01";

/**
 * The first problem of the streams: no or more than 1,000 advances or payments, several without an interval, a date
 * before 1900, or first dates out of order. Null if there is none.
 */
export function streamProblem(path: "advances" | "payments", streams: readonly Stream[]): StreamProblem | null {
  const flows = streams.reduce((sum, { count = 1 }) => sum + count, 0);
  if (flows === 0 || flows > mostFlows) return { path, detail: `Must have 1 to ${mostFlows} ${path} in all` };
  for (const [index, { date, count = 1, every }] of streams.entries()) {
    const at = `${path}.${index}`;
    if (count > 1 && every === undefined)
      return { path: `${at}.every`, detail: "Is required when count is more than 1" };
    if (date < earliest) return { path: `${at}.date`, detail: `Must not be before ${earliest}` };
    const before = streams[index - 1];
    if (before !== undefined && date < before.date) {
      return { path: `${at}.date`, detail: `Must not be before ${before.date}: list the dates in order` };
    }
  }
  return null;
}

/** Every advance or payment of valid streams, in order of date. */
export function flowsOf(streams: readonly Stream[]): Flow[] {
  const days = streams.flatMap(daysOf);
  const series = seriesOf(days);
  return days
    .map(({ month, day, serial, amount }, index) => ({
      day: { month, day, serial, on: series[index]?.on ?? day },
      amount,
    }))
    .sort((a, b) => a.day.serial - b.day.serial);
}

type StreamDay = CivilDay & { amount: number; on?: number };

function daysOf({ date, amount, count = 1, every }: Stream): StreamDay[] {
  const first = civilDay(date);
  if (every === undefined || count === 1) return [{ ...first, amount }];
  const step = steps[every];
  return Array.from({ length: count }, (_, index) => {
    if (step === "half_month") return { ...halfMonthsLater(first, index), amount };
    if ("days" in step) return { ...onItsDay(daysLater(first, index * step.days)), amount };
    return { ...dayOf(first.month + index * step.months, first.day), on: first.day, amount };
  });
}

const onItsDay = (day: CivilDay) => ({ ...day, on: day.day });

/** The day `count` half months later, on its pair of days: the 16th follows the 1st, the 5th follows the 20th. */
function halfMonthsLater({ month, day }: CivilDay, count: number): CivilDay & { on: number } {
  const first = day > 15 ? day - 15 : day;
  const half = (day > 15 ? 1 : 0) + count;
  const on = half % 2 === 0 ? first : first + 15;
  return { ...dayOf(month + Math.floor(half / 2), on), on };
}
