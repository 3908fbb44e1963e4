import type { Problem } from "../program/index.ts";
import { addMonths, dateIn, daysBetween, type Instant } from "../time/index.ts";
import type { Cohort } from "./cohort.ts";

/** No cohort is planned further ahead: what lies beyond is a slip of the keyboard. */
const mostYearsAhead = 10;

/**
 * What is wrong with a cohort's dates: they must be as long as its program, their sale must not be over before it begins,
 * and they start within ten years. Empty when they can be had.
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
    return [{ path: "startsOn", message: `Must be within ${mostYearsAhead} years` }];
  }
  return daysBetween(startsOn, endsOn) + 1 === days
    ? []
    : [{ path: "endsOn", message: `Must be the last of ${days} days, counting the first day` }];
}
