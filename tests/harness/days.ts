import { addDays, type CalendarDate, dateIn, type Instant } from "@clearing/domain/time";

/** Where the sample cohorts are. */
export const timeZone = "America/Denver";

/** The date so many days after an instant, as it is counted where the cohorts are. */
export const dayFrom = (now: Instant, days: number): CalendarDate => addDays(dateIn(timeZone, now), days);

/** The coming 18:00 UTC, in epoch milliseconds: around midday in Denver, so that no test hangs on the hour it runs at. */
export function nextMidday(): number {
  const midday = new Date().setUTCHours(18, 0, 0, 0);
  return midday > Date.now() ? midday : midday + 24 * 60 * 60 * 1000;
}
