import type { Clearance } from "@clearing/domain/screening";
import type { ActionContext } from "@clearing/store/action-context";
import type { BookingFile } from "@clearing/store/booking-file";
import { clearanceWrites } from "@clearing/store/clearance";
import { type ClinicalItem, clinicalPut } from "@clearing/store/clinical-record";
import { commit } from "@clearing/store/commit";
import { answerWrites, type IdempotencyRecord } from "@clearing/store/idempotency";
import type { Store } from "@clearing/store/store";

/**
 * Writes an evaluation or a withdrawal and, in the same transaction, the clearance with its audit record and event.
 * Only the clearance leaves the clinical store (I8). Refuses `stale` if the clearance or the booking has changed; read
 * again.
 */
export async function writeClearance(
  store: Store,
  { booking, clearance }: BookingFile,
  after: Clearance,
  item: ClinicalItem,
  occasion: ActionContext,
  answer: IdempotencyRecord | null,
): Promise<{ ok: true } | { ok: false; reason: "stale" | "replayed" | "conflict" }> {
  return commit<"stale" | "replayed">(store, [
    ...answerWrites(store.tables.clinical, answer),
    clinicalPut(store, booking.id, item),
    ...clearanceWrites(store, booking, clearance, after, occasion),
  ]);
}
