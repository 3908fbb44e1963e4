import type { DomainEvent } from "../event/index.ts";
import type { Problem } from "../program/index.ts";
import type { Instant } from "../time/index.ts";
import { type Cohort, isFree, mayChange, mostPlaces, newPlace, type Place } from "./cohort.ts";
import { tooManyPlaces } from "./creation.ts";

/** The refusal of every change to a cohort that is over or cancelled, in words. */
export const overOrCancelled = "This cohort is over or canceled.";

type Found = { cohort: Cohort; places: Place[] };
type NotChanged =
  | { ok: false; reason: "invalid_transition"; detail: string }
  | { ok: false; reason: "validation_failed"; errors: Problem[] };
/** `changed` are the added or removed places; `places` are all places afterwards. */
type Changed = { ok: true; cohort: Cohort; places: Place[]; changed: Place[]; event: DomainEvent };

export type GrownCohort = Changed | NotChanged;

/**
 * Adds places of a type that the cohort has, one for each id. They are queued if other places of the type are. Refuses
 * `invalid_transition` for a cohort that is over or cancelled, and `validation_failed` for an unknown type or too many
 * places.
 */
export function grow({ cohort, places }: Found, type: string, ids: readonly string[], now: Instant): GrownCohort {
  const refusal = refuseChange(cohort, type, now);
  if (refusal !== null) return refusal;
  if (places.length + ids.length > mostPlaces) return invalid(tooManyPlaces("count"));
  const queued = places.some((place) => place.type === type && place.queued);
  const changed = ids.map((id) => newPlace(cohort, { id, type, queued }));
  const after = withCapacity(cohort, type, changed.length);
  const event = capacityEvent("PlacesAdded", after, type, changed.length);
  return { ok: true, cohort: after, places: [...places, ...changed], changed, event };
}

export type ShrunkCohort = Changed | NotChanged | { ok: false; reason: "places_in_use"; detail: string };

/**
 * Removes `count` free places of a type, all or none. Refuses `places_in_use` if fewer are free, and otherwise as
 * `grow`.
 */
export function shrink({ cohort, places }: Found, type: string, count: number, now: Instant): ShrunkCohort {
  const refusal = refuseChange(cohort, type, now);
  if (refusal !== null) return refusal;
  const ofType = places.filter((place) => place.type === type);
  const free = ofType.filter((place) => isFree(place, now));
  if (free.length < count) {
    const detail = `Free places of this type: ${free.length} of ${ofType.length}. Remove at most that many.`;
    return { ok: false, reason: "places_in_use", detail };
  }
  const changed = free.slice(0, count);
  const after = withCapacity(cohort, type, -count);
  const event = capacityEvent("PlacesRemoved", after, type, count);
  return { ok: true, cohort: after, places: places.filter((place) => !changed.includes(place)), changed, event };
}

const invalid = (...errors: Problem[]): NotChanged => ({ ok: false, reason: "validation_failed", errors });

function refuseChange(cohort: Cohort, type: string, now: Instant): NotChanged | null {
  if (!mayChange(cohort, now)) return { ok: false, reason: "invalid_transition", detail: overOrCancelled };
  if (cohort.places.some((one) => one.type === type)) return null;
  return invalid({ path: "type", message: "Must be a place type of this cohort" });
}

function withCapacity(cohort: Cohort, type: string, change: number): Cohort {
  const places = cohort.places.map((one) => (one.type === type ? { ...one, capacity: one.capacity + change } : one));
  return { ...cohort, places, version: cohort.version + 1 };
}

const capacityEvent = (
  name: "PlacesAdded" | "PlacesRemoved",
  { id, version }: Cohort,
  placeType: string,
  count: number,
): DomainEvent => ({
  name,
  subject: { type: "cohort", id, version },
  data: { cohortId: id, placeType, count },
});
