import { type CalendarDate, dateIn, endOfDay, type Instant, later, plusSeconds, startOfDay } from "../time/index.ts";

/** Instants of posting, both inclusive. */
export type PostingSpan = { from: Instant; to: Instant };

type Days = { from?: CalendarDate | undefined; to?: CalendarDate | undefined };

/**
 * The instants of days in a zone, both inclusive: not before `begins`, and nothing is posted after now. `ended`: all that
 * was posted in it is in the past, though a moment ago.
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
