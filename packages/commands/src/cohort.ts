import {
  type Cohort,
  type CohortFile,
  complete,
  completesAt,
  type Place,
  saleOf,
  statusEvents,
} from "@clearing/domain/cohort";
import { later } from "@clearing/domain/time";
import type { ActionContext } from "@clearing/store/action-context";
import { cohortRests, cohortUnchanged, cohortWrites, readCohort } from "@clearing/store/cohort";
import { movePlace, placePut, tellPlace } from "@clearing/store/cohort-places";
import { type CommitResult, commit, untilFresh } from "@clearing/store/commit";
import { answerWrites, type IdempotencyRecord } from "@clearing/store/idempotency";
import { openWrites } from "@clearing/store/open-cohorts";
import { readProgram } from "@clearing/store/program";
import type { Store } from "@clearing/store/store";

/** Creates a cohort with its places (at most 60) in one transaction. */
export function createCohort(
  store: Store,
  cohort: Cohort,
  places: Place[],
  occasion: ActionContext,
  idempotency: IdempotencyRecord | null,
): Promise<CommitResult<"stale" | "replayed">> {
  return commit(store, [
    ...answerWrites(store.tables.core, idempotency),
    ...cohortWrites(store, null, cohort, [], occasion),
    ...places.map((place) => placePut(store, place)),
  ]);
}

type NotChanged = { ok: false; reason: "not_found" | "replayed" | "conflict" };
type CohortChange<No> = { ok: true; cohort: Cohort } | No;

/**
 * Changes a cohort. Terms are copied from the version of the program that `decide` got. New dates are written to all
 * places in the same transaction, and only while each place is free, so no booking is left on a place of other dates.
 * Other changes reach the places afterwards; after a crash in between, `dueAt` on the cohort makes the sweep continue.
 * `answer` makes the idempotency record of a request.
 */
export async function changeCohort<No extends { ok: false; reason: string } = never>(
  store: Store,
  id: string,
  decide: (found: CohortFile) => CohortChange<No>,
  occasion: ActionContext,
  answer: (after: CohortFile) => IdempotencyRecord | null = () => null,
): Promise<({ ok: true } & CohortFile) | No | NotChanged> {
  type Result = ({ ok: true } & CohortFile) | No | NotChanged;
  const once = async (): Promise<Result | { ok: false; reason: "stale" }> => {
    const found = await readCohort(store, id);
    const program = found && (await readProgram(store, found.cohort.programId));
    if (found === null || program === null) return { ok: false, reason: "not_found" };
    const change = decide({ ...found, program });
    if (!change.ok) return change;
    const moved = change.cohort.datesVersion !== found.cohort.datesVersion;
    const cohort: Cohort = {
      ...change.cohort,
      version: found.cohort.version + 1,
      dueAt: moved ? completesAt(change.cohort) : occasion.now,
    };
    // The places as they will be once all of them are updated.
    const places = found.places.map((place) => ({ ...place, ...saleOf(cohort) }));
    const after = { cohort, places, program };
    const record = answer(after);
    const written = await commit<"stale" | "replayed">(store, [
      ...answerWrites(store.tables.core, record),
      ...cohortWrites(store, found.cohort, cohort, statusEvents(found.cohort, cohort), occasion),
      ...openWrites(store, { before: found.cohort, after: cohort, program }),
      ...(moved ? found.places.map((place) => movePlace(store, place, cohort, occasion.now)) : []),
    ]);
    return written.ok ? { ok: true, ...after } : written;
  };
  const result = (await untilFresh<Result>(store, once)) as Result;
  if (!result.ok) return result;
  const told = await syncPlaces(store, id, occasion);
  return told.ok ? result : told;
}

/** Works on a cohort whose deadline was reached: completes it after its last day, and updates its places. */
export async function sweepCohort(
  store: Store,
  id: string,
  occasion: ActionContext,
): Promise<{ ok: true } | { ok: false; reason: string }> {
  const decide = ({ cohort }: CohortFile): CohortChange<{ ok: false; reason: "not_over" }> => {
    const completed = complete(cohort, occasion.now);
    return completed === null ? { ok: false, reason: "not_over" } : { ok: true, cohort: completed };
  };
  const changed = await changeCohort(store, id, decide, occasion);
  return changed.ok || changed.reason !== "not_over" ? changed : syncPlaces(store, id, occasion);
}

const chunk = 10;

/**
 * Writes the cohort's sale status and end of sales to the places that lack them, in small chunks; resumable. If new
 * terms have an earlier deadline, a place keeps the later one, for quotes made before. Each chunk checks the cohort's
 * version, so a later change is never overwritten.
 */
function syncPlaces(
  store: Store,
  id: string,
  { now }: ActionContext,
): Promise<{ ok: true } | { ok: false; reason: "not_found" | "conflict" }> {
  type Result = { ok: true } | { ok: false; reason: "not_found" | "conflict" };
  return untilFresh<Result>(store, async () => {
    const found = await readCohort(store, id);
    if (found === null) return { ok: false, reason: "not_found" };
    const { cohort, places } = found;
    if (cohort.dueAt === null || cohort.dueAt > now) return { ok: true };
    const { onSale, salesEndAt } = saleOf(cohort);
    const behind = places
      .filter((place) => place.onSale !== onSale || place.salesEndAt < salesEndAt)
      .map((place) => ({ ...place, onSale, salesEndAt: later(place.salesEndAt, salesEndAt) }));
    for (let start = 0; start < behind.length; start += chunk) {
      const told = await commit(store, [
        cohortUnchanged(store, cohort),
        ...behind.slice(start, start + chunk).map((place) => tellPlace(store, place)),
      ]);
      if (!told.ok) return told;
    }
    return commit(store, [cohortRests(store, cohort)]);
  });
}
