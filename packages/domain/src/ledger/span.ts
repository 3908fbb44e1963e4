import { type CalendarDate, dateIn, endOfDay, type Instant, later, plusSeconds, startOfDay } from "../time/index.ts";

/** The instants of posting, both inclusive. */
export type PostingSpan = { from: Instant; to: Instant };

type Days = { from?: CalendarDate | undefined; to?: CalendarDate | undefined };

/**
 * The posting instants of a range of days in a time zone, both inclusive, from `begins` to now at the most. `ended`:
 * the range lies in the past, if only by a moment.
 */
export function postingSpan(
  { from, to }: Days,
  zone: string,
  begins: Instant,
  now: Instant,
): PostingSpan & { ended: boolean } {
  const start = later(begins, from === undefined ? "" : startOfDay(from, zone));
  if (to === undefined || to >= dateIn(zone, now)) return { from: start, to: now, ended: false };
  return { from: start, to: plusSeconds(endOfDay(to, zone), -1), ended: true };
}
