import type { Problem } from "../program/index.ts";
import { addDays, addMonths, dateIn, type Instant } from "../time/index.ts";
import { dayCount } from "../time/long-date.ts";
import type { Cohort } from "./cohort.ts";

/** The furthest that a cohort may be planned ahead. A later date is a typing error. */
const mostYearsAhead = 10;

/**
 * The problems of a cohort's dates: its length must equal the program's days, its clearance deadline must lie ahead,
 * and it must start within ten years. Empty if there are none.
 */
export function datesProblems(
  { startsOn, endsOn, timeZone, salesEndAt }: Pick<Cohort, "startsOn" | "endsOn" | "timeZone" | "salesEndAt">,
  { days }: { days: number },
  now: Instant,
): Problem[] {
  if (salesEndAt <= now) {
    return [{ path: "startsOn", message: "Must be later: the clearance deadline for these dates has already passed" }];
  }
  if (startsOn > addMonths(dateIn(timeZone, now), mostYearsAhead * 12)) {
    return [{ path: "startsOn", message: `Must be at most ${mostYearsAhead} years from today` }];
  }
  const lastDay = addDays(startsOn, days - 1);
  if (endsOn === lastDay) return [];
  return [
    { path: "endsOn", message: `Must be ${lastDay}: the program lasts ${dayCount(days)}, counting the first day` },
  ];
}
