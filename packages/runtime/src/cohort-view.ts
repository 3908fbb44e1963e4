import { available, type Cohort, isOnSale, type Place } from "@clearing/domain/cohort";
import type { Instant } from "@clearing/domain/time";

/** A cohort as the API shows it: what is available is counted from the places themselves. */
export function cohortView({ cohort, places }: { cohort: Cohort; places: Place[] }, currency: string, now: Instant) {
  const { id, programId, status, startsOn, endsOn, timeZone, venue } = cohort;
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
      available: isOnSale(cohort, now) ? available(places, type, now) : 0,
    })),
  };
}
