import type { CohortState } from "@clearing/commands/cohort";
import { takeTerms } from "@clearing/domain/cohort";
import type { Instant } from "@clearing/domain/time";
import { cohortView } from "@clearing/runtime/cohort-view";

/** A cohort as admins see it: one that was never opened, at the prices that it would open with now. */
export function adminCohortView({ cohort, places, program }: CohortState, now: Instant) {
  const priced = cohort.terms === null ? takeTerms(cohort, program) : cohort;
  return cohortView({ cohort: priced, places }, program.currency, now);
}
