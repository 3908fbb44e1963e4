import { type AdmissionOutcome, admit, type Booking, endBooking, isCleared, mayAdmit } from "@clearing/domain/booking";
import { dateIn } from "@clearing/domain/time";
import { bookingWrites } from "@clearing/store/booking";
import { readFile } from "@clearing/store/booking-file";
import { checkCleared } from "@clearing/store/clearance";
import { commit, untilFresh } from "@clearing/store/commit";
import { answerWrites, type IdempotencyRecord } from "@clearing/store/idempotency";
import type { Occasion } from "@clearing/store/occasion";
import { pagesToClose } from "@clearing/store/pages";
import { refundPut } from "@clearing/store/refund";
import type { Store } from "@clearing/store/store";

export type AdmissionResult =
  | { ok: true; booking: Booking }
  | { ok: false; reason: "not_found" | "invalid_transition" | "clearance_required" | "replayed" | "conflict" };

/**
 * Records an admission, once, from the first day on. Nobody is admitted whose clearance does not hold in the very
 * transaction (`clearance_required`). `no_show` and `turned_away` end the booking in the same transaction; the place
 * stays with it, since its cohort has begun.
 */
export function admitBooking(
  store: Store,
  request: { bookingId: string; outcome: AdmissionOutcome; by: string; refundId: string },
  occasion: Occasion,
  answer: (booking: Booking) => IdempotencyRecord | null,
): Promise<AdmissionResult> {
  const { bookingId, outcome, by, refundId } = request;
  return untilFresh<AdmissionResult>(store, async () => {
    const file = await readFile(store, bookingId);
    if (file === null) return { ok: false, reason: "not_found" };
    const { booking: before, clearance } = file;
    if (!mayAdmit(before, dateIn(before.terms.timeZone, occasion.now))) {
      return { ok: false, reason: "invalid_transition" };
    }
    if (outcome === "admitted" && !isCleared(before, clearance)) {
      return { ok: false, reason: "clearance_required" };
    }
    const change = outcome === "admitted" ? admitted() : ended(outcome);
    if (!change.ok) return change;
    const record = answer(change.booking);
    return commit(store, [...answerWrites(store.tables.core, record), ...change.writes], {
      ok: true,
      booking: change.booking,
    });

    function admitted() {
      const change = admit(before, by, occasion.now);
      const writes = [...bookingWrites(store, before, change, occasion), checkCleared(store, before)];
      return { ok: true, booking: change.booking, writes } as const;
    }

    function ended(kind: "no_show" | "turned_away") {
      const decision = endBooking(before, kind, { refundId, requestedBy: by }, occasion.now);
      if (!decision.ok) return decision;
      const booking: Booking = { ...decision.booking, admission: { outcome: kind, at: occasion.now, by } };
      const writes = [
        ...bookingWrites(store, before, { ...decision, booking }, occasion),
        ...pagesToClose(store, before, occasion.now),
        ...(decision.refund === null ? [] : [refundPut(store, decision.refund)]),
      ];
      return { ok: true, booking, writes } as const;
    }
  });
}
