import { addDays, type CalendarDate, dateIn, type Instant } from "@clearing/domain/time";

/** The time zone of the sample cohorts. */
export const timeZone = "America/Denver";

/** The date this many days after an instant, in the cohorts' time zone. */
export const dayFrom = (now: Instant, days: number): CalendarDate => addDays(dateIn(timeZone, now), days);

/**
 * The next 18:00 UTC in epoch milliseconds: around midday in Denver, so that no test depends on the hour of the run.
 */
export function nextMidday(): number {
  const midday = new Date().setUTCHours(18, 0, 0, 0);
  return midday > Date.now() ? midday : midday + 24 * 60 * 60 * 1000;
}
