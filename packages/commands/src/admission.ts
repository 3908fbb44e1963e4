import { type AdmissionOutcome, type Booking, recordAdmission } from "@clearing/domain/booking";
import type { ActionContext } from "@clearing/store/action-context";
import { bookingWrites } from "@clearing/store/booking";
import { readFile } from "@clearing/store/booking-file";
import { checkCleared } from "@clearing/store/clearance";
import { closingNoteWrites } from "@clearing/store/closing-note";
import { commit, untilFresh } from "@clearing/store/commit";
import { answerWrites, type IdempotencyRecord } from "@clearing/store/idempotency";
import { refundPut } from "@clearing/store/refund";
import type { Store } from "@clearing/store/store";

export type AdmissionResult =
  | { ok: true; booking: Booking }
  | { ok: false; reason: "not_found" | "invalid_transition" | "clearance_required" | "replayed" | "conflict" };

/**
 * Records an admission, once, from the first day on. Refuses `clearance_required` unless the clearance is valid in the
 * same transaction, and `invalid_transition` as `recordAdmission` does. `no_show` and `turned_away` end the booking in
 * the same transaction; the booking keeps its place, because the cohort has begun.
 */
export function admitBooking(
  store: Store,
  { bookingId, ...admission }: { bookingId: string; outcome: AdmissionOutcome; by: string; refundId: string },
  occasion: ActionContext,
  answer: (booking: Booking) => IdempotencyRecord | null,
): Promise<AdmissionResult> {
  return untilFresh<AdmissionResult>(store, async () => {
    const file = await readFile(store, bookingId);
    if (file === null) return { ok: false, reason: "not_found" };
    const { booking: before, clearance } = file;
    const decision = recordAdmission(before, clearance, admission, occasion.now);
    if (!decision.ok) return decision;
    const { booking, ends } = decision;
    const writes = [
      ...answerWrites(store.tables.core, answer(booking)),
      ...bookingWrites(store, before, decision, occasion),
      ...(ends === null ? [checkCleared(store, before)] : closingNoteWrites(store, before, occasion.now)),
      ...(ends === null || ends.refund === null ? [] : [refundPut(store, ends.refund)]),
    ];
    return commit(store, writes, { ok: true, booking });
  });
}
