import { type Cohort, isFree, mostPlaces, newPlace, placesToRemove, refuseCapacity } from "@clearing/domain/cohort";
import type { DomainEvent } from "@clearing/domain/event";
import { type CohortWithPlaces, cohortWrites, readCohort } from "@clearing/store/cohort";
import { placePut, removePlace } from "@clearing/store/cohort-places";
import { commit, untilFresh } from "@clearing/store/commit";
import { answerWrites, type IdempotencyRecord } from "@clearing/store/idempotency";
import type { Occasion } from "@clearing/store/occasion";
import type { Store } from "@clearing/store/store";

export type CapacityResult =
  | { ok: true }
  | {
      ok: false;
      reason: "not_found" | "unknown_type" | "too_many" | "invalid_transition" | "replayed" | "conflict";
    }
  | { ok: false; reason: "places_in_use"; free: number; capacity: number };

/** The event of a change of capacity. */
const capacityEvent = (
  name: "PlacesAdded" | "PlacesRemoved",
  after: Cohort,
  type: string,
  count: number,
): DomainEvent => ({
  name,
  subject: { type: "cohort", id: after.id, version: after.version },
  data: { cohortId: after.id, placeType: type, count },
});

function withCapacity(cohort: Cohort, type: string, change: number): Cohort {
  const places = cohort.places.map((one) => (one.type === type ? { ...one, capacity: one.capacity + change } : one));
  return { ...cohort, places, version: cohort.version + 1 };
}

/** Grows a cohort by new places of a type that it has. */
export function addPlaces(
  store: Store,
  id: string,
  { type, count, newIds }: { type: string; count: number; newIds: string[] },
  occasion: Occasion,
  answer: (after: CohortWithPlaces) => IdempotencyRecord | null,
): Promise<CapacityResult> {
  return untilFresh<CapacityResult>(store, async () => {
    const found = await readCohort(store, id);
    if (found === null) return { ok: false, reason: "not_found" };
    const { cohort } = found;
    const reason = refuseCapacity(cohort, type, occasion.now);
    if (reason !== null) return { ok: false, reason };
    if (found.places.length + count > mostPlaces) return { ok: false, reason: "too_many" };
    const queued = found.places.some((place) => place.type === type && place.queued);
    const places = newIds.map((placeId) => newPlace(cohort, { id: placeId, type, queued }));
    const after = withCapacity(cohort, type, count);
    const record = answer({ cohort: after, places: [...found.places, ...places] });
    return commit(store, [
      ...answerWrites(store.tables.core, record),
      ...cohortWrites(store, cohort, after, [capacityEvent("PlacesAdded", after, type, count)], occasion),
      ...places.map((place) => placePut(store, place)),
    ]);
  });
}

/** Shrinks a cohort by free places of a type, all or nothing: a place that somebody claims meanwhile stops it all. */
export function removePlaces(
  store: Store,
  id: string,
  { type, count }: { type: string; count: number },
  occasion: Occasion,
  answer: (after: CohortWithPlaces) => IdempotencyRecord | null,
): Promise<CapacityResult> {
  return untilFresh<CapacityResult>(store, async () => {
    const found = await readCohort(store, id);
    if (found === null) return { ok: false, reason: "not_found" };
    const { cohort } = found;
    const reason = refuseCapacity(cohort, type, occasion.now);
    if (reason !== null) return { ok: false, reason };
    const going = placesToRemove(found.places, type, count, occasion.now);
    if (going === null) {
      const ofType = found.places.filter((place) => place.type === type);
      const free = ofType.filter((place) => isFree(place, occasion.now)).length;
      return { ok: false, reason: "places_in_use", free, capacity: ofType.length };
    }
    const after = withCapacity(cohort, type, -count);
    const record = answer({ cohort: after, places: found.places.filter((place) => !going.includes(place)) });
    return commit(store, [
      ...answerWrites(store.tables.core, record),
      ...cohortWrites(store, cohort, after, [capacityEvent("PlacesRemoved", after, type, count)], occasion),
      ...going.map((place) => removePlace(store, place, occasion.now)),
    ]);
  });
}
