import {
  available,
  type Cohort,
  type CohortFile,
  isOnSale,
  type OpenedCohort,
  type Place,
  takeTerms,
} from "@clearing/domain/cohort";
import type { Instant } from "@clearing/domain/time";
import type * as z from "zod/mini";
import type { cohortResponse } from "../cohort.ts";

/** A cohort in the API's schema. */
export type CohortView = z.input<ReturnType<typeof cohortResponse>>;

/** `available` is counted from the places themselves. */
function cohortView(cohort: Cohort, places: Place[], currency: string, now: Instant): CohortView {
  const { id, programId, status, startsOn, endsOn, timeZone, venue } = cohort;
  const onSale = isOnSale(cohort, now);
  return {
    id,
    programId,
    status,
    startsOn,
    endsOn,
    timeZone,
    venue,
    currency,
    places: cohort.places.map(({ type, price, capacity }) => ({
      type,
      price,
      capacity,
      available: onSale ? available(places, type, now) : 0,
    })),
  };
}

/** A cohort as the public sees it. */
export const publicCohortView = (cohort: OpenedCohort, places: Place[], now: Instant): CohortView =>
  cohortView(cohort, places, cohort.terms.currency, now);

/** A cohort as admins see it. One that was never opened shows the prices that it would open with now. */
export function adminCohortView({ cohort, places, program }: CohortFile, now: Instant): CohortView {
  const priced = cohort.terms === null ? takeTerms(cohort, program) : cohort;
  return cohortView(priced, places, program.currency, now);
}
