import type { Clearance } from "@clearing/domain/screening";
import type { ActionContext } from "@clearing/store/action-context";
import type { BookingFile } from "@clearing/store/booking-file";
import { clearanceWrites } from "@clearing/store/clearance";
import { type ClinicalFact, clinicalPut } from "@clearing/store/clinical-record";
import { commit } from "@clearing/store/commit";
import { answerWrites, type IdempotencyRecord } from "@clearing/store/idempotency";
import type { Store } from "@clearing/store/store";

/**
 * Writes a clinical fact and, in the same transaction, the clearance with its audit record and event: the clearance is
 * the only fact that leaves the clinical store (I8). Refuses `stale` if the clearance or the booking has changed; read
 * again.
 */
export async function writeClearance(
  store: Store,
  { booking, clearance }: BookingFile,
  after: Clearance,
  fact: ClinicalFact,
  occasion: ActionContext,
  answer: IdempotencyRecord | null,
): Promise<{ ok: true } | { ok: false; reason: "stale" | "replayed" | "conflict" }> {
  return commit<"stale" | "replayed">(store, [
    ...answerWrites(store.tables.clinical, answer),
    clinicalPut(store, booking.id, fact),
    ...clearanceWrites(store, booking, clearance, after, occasion),
  ]);
}
