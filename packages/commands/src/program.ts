import type { DomainEvent } from "@clearing/domain/event";
import type { Program } from "@clearing/domain/program";
import type { ActionContext } from "@clearing/store/action-context";
import { type CommitResult, commit } from "@clearing/store/commit";
import { answerWrites, type IdempotencyRecord } from "@clearing/store/idempotency";
import { programWrites } from "@clearing/store/program";
import type { Store } from "@clearing/store/store";

/**
 * Writes a program's next version with its audit record and events; a null `before` creates it. Refuses `cohort_open`
 * if it retires a program with an open cohort.
 */
export function writeProgram(
  store: Store,
  before: Program | null,
  after: Program,
  events: DomainEvent[],
  occasion: ActionContext,
  idempotency: IdempotencyRecord | null,
): Promise<CommitResult<"stale" | "replayed" | "cohort_open">> {
  return commit<"stale" | "replayed" | "cohort_open">(store, [
    ...answerWrites(store.tables.core, idempotency),
    ...programWrites(store, before, after, events, occasion),
  ]);
}
