import { type AdmissionOutcome, admit, type Booking, endBooking, mayAdmit } from "@clearing/domain/booking";
import { clearedThrough } from "@clearing/domain/screening";
import { dateIn } from "@clearing/domain/time";
import { bookingWrites, type Occasion, readFile, refundPut } from "./booking.ts";
import { commit, untilFresh } from "./commit.ts";
import { type IdempotencyRecord, idempotencyPut } from "./idempotency.ts";
import { checkCleared } from "./progress.ts";
import type { Store } from "./store.ts";

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
    if (outcome === "admitted" && !clearedThrough(clearance, before.terms.endsOn)) {
      return { ok: false, reason: "clearance_required" };
    }
    const change = outcome === "admitted" ? admitted(before, by, occasion) : ended(outcome);
    if (!change.ok) return change;
    const { booking, refund } = change;
    const record = answer(booking);
    const result = await commit(store, [
      ...(record === null ? [] : [idempotencyPut(store.tables.core, record)]),
      ...bookingWrites(store, before, change, occasion),
      ...(outcome === "admitted" ? [checkCleared(store, before)] : []),
      ...(refund === null ? [] : [refundPut(store, refund)]),
    ]);
    if (result.ok) return { ok: true, booking };
    return { ok: false, reason: result.reason === "already_posted" ? "stale" : result.reason };

    function ended(kind: "no_show" | "turned_away") {
      const decision = endBooking(before, kind, { refundId, requestedBy: by }, occasion.now);
      if (!decision.ok) return decision;
      const admission = { outcome: kind, at: occasion.now, by };
      return { ...decision, booking: { ...decision.booking, admission } };
    }
  });
}

const admitted = (before: Booking, by: string, { now }: Occasion) =>
  ({ ok: true, refund: null, ...admit(before, by, now) }) as const;
