import { type CohortFile, type GrownCohort, grow, type ShrunkCohort, shrink } from "@clearing/domain/cohort";
import type { Instant } from "@clearing/domain/time";
import type { ActionContext } from "@clearing/store/action-context";
import { cohortWrites, readCohort } from "@clearing/store/cohort";
import { placePut, removePlace } from "@clearing/store/cohort-places";
import { commit, type Guarded, untilFresh } from "@clearing/store/commit";
import { answerWrites, type IdempotencyRecord } from "@clearing/store/idempotency";
import { readProgram } from "@clearing/store/program";
import type { Store } from "@clearing/store/store";

type Answering = (after: CohortFile) => IdempotencyRecord | null;
type Done = { ok: true } & CohortFile;
type Refused = { ok: false; reason: "not_found" | "replayed" | "conflict" };
type Grown = Extract<GrownCohort, { ok: true }>;

/** Adds places of an existing type to a cohort, one per id. */
export const addPlaces = (
  store: Store,
  id: string,
  { type, newIds }: { type: string; newIds: readonly string[] },
  occasion: ActionContext,
  answer: Answering,
) =>
  changeCapacity(
    store,
    id,
    (found): GrownCohort => grow(found, type, newIds, occasion.now),
    ({ changed }) => changed.map((place) => placePut(store, place)),
    occasion,
    answer,
  );

/**
 * Removes free places of a type from a cohort, all or none: a place that is claimed in the meantime stops the whole
 * change.
 */
export const removePlaces = (
  store: Store,
  id: string,
  { type, count }: { type: string; count: number },
  occasion: ActionContext,
  answer: Answering,
) =>
  changeCapacity(
    store,
    id,
    (found): ShrunkCohort => shrink(found, type, count, occasion.now),
    ({ changed }, now) => changed.map((place) => removePlace(store, place, now)),
    occasion,
    answer,
  );

function changeCapacity<No extends { ok: false; reason: string }>(
  store: Store,
  id: string,
  decide: (found: CohortFile) => Grown | No,
  writes: (change: Grown, now: Instant) => Guarded<"stale">[],
  occasion: ActionContext,
  answer: Answering,
): Promise<Done | No | Refused> {
  type Result = Done | No | Refused;
  return untilFresh<Result>(store, async () => {
    const found = await readCohort(store, id);
    const program = found && (await readProgram(store, found.cohort.programId));
    if (found === null || program === null) return { ok: false, reason: "not_found" };
    const change = decide({ ...found, program });
    if (!change.ok) return change;
    const { cohort, places, event } = change;
    const after = { cohort, places, program };
    const record = answer(after);
    const written = await commit<"stale" | "replayed">(store, [
      ...answerWrites(store.tables.core, record),
      ...cohortWrites(store, found.cohort, cohort, [event], occasion),
      ...writes(change, occasion.now),
    ]);
    return written.ok ? { ok: true, ...after } : written;
  }) as Promise<Result>;
}
