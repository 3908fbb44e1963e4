import {
  type CohortEdit,
  type CohortFile,
  type CohortPlan,
  editCohort as decideEdit,
  planCohort as decidePlan,
  renewTerms as decideTerms,
  type EditedCohort,
  type PlannedCohort,
  placesPlanned,
  type RenewedTerms,
} from "@clearing/domain/cohort";
import type { ActionContext } from "@clearing/store/action-context";
import type { IdempotencyRecord } from "@clearing/store/idempotency";
import { readProgram } from "@clearing/store/program";
import type { Store } from "@clearing/store/store";
import { changeCohort, createCohort } from "./cohort.ts";

type Answering = (after: CohortFile) => IdempotencyRecord | null;

/**
 * Creates a draft cohort with its places. Refuses `unknown_program`, and a plan that `planCohort` of the domain
 * refuses.
 */
export async function planCohort(
  { store, ids }: { store: Store; ids: { next(prefix: string): string } },
  { programId, ...plan }: CohortPlan & { programId: string },
  occasion: ActionContext,
  answer: Answering,
): Promise<
  | ({ ok: true } & CohortFile)
  | Extract<PlannedCohort, { ok: false }>
  | { ok: false; reason: "unknown_program" | "replayed" | "conflict" }
> {
  const program = await readProgram(store, programId);
  if (program === null) return { ok: false, reason: "unknown_program" };
  const placeIds = Array.from({ length: placesPlanned(plan) }, () => ids.next("plc"));
  const planned = decidePlan(program, plan, { id: ids.next("coh"), placeIds }, occasion.now);
  if (!planned.ok) return planned;
  const { cohort, places } = planned;
  const created = await createCohort(store, cohort, places, occasion, answer({ cohort, places, program }));
  if (created.ok) return { ok: true, cohort, places, program };
  return { ok: false, reason: created.reason === "replayed" ? "replayed" : "conflict" };
}

/** Applies an admin's changes to a cohort. */
export const editCohort = (store: Store, id: string, edit: CohortEdit, occasion: ActionContext, answer: Answering) =>
  changeCohort(store, id, (found): EditedCohort => decideEdit(found, edit, occasion.now), occasion, answer);

/** Copies the program's current terms to a cohort. `version` is the version that the admin has read. */
export const renewTerms = (store: Store, id: string, version: number, occasion: ActionContext, answer: Answering) =>
  changeCohort(store, id, (found): RenewedTerms => decideTerms(found, version, occasion.now), occasion, answer);
