import type { Booking, BookingChange, Refund } from "@clearing/domain/booking";
import type { Instant } from "@clearing/domain/time";
import type { ActionContext } from "@clearing/store/action-context";
import { bookingWrites, readBooking } from "@clearing/store/booking";
import { commit, untilFresh } from "@clearing/store/commit";
import { answerWrites, type IdempotencyRecord, keepAnswer } from "@clearing/store/idempotency";
import { refundPut } from "@clearing/store/refund";
import type { Store } from "@clearing/store/store";

type Refused = { ok: false; reason: string };

/** A waiver, deferral or pause as a decision on the booking; null if it is in force already. A waiver may owe a refund. */
export type Exception<No extends Refused> = (
  booking: Booking,
  now: Instant,
) => ({ ok: true; refund?: Refund | null } & BookingChange) | No | null;

export type NotExcepted = { ok: false; reason: "not_found" | "replayed" | "conflict" };

type ExceptionResult<No> = { ok: true; booking: Booking } | No | NotExcepted;

/** Applies a staff exception to a booking. The audit log keeps the reason. */
export function makeException<No extends Refused>(
  store: Store,
  bookingId: string,
  exception: Exception<No>,
  occasion: ActionContext & { reason: string },
  answer: (booking: Booking) => IdempotencyRecord | null,
): Promise<ExceptionResult<No>> {
  return untilFresh<ExceptionResult<No>>(store, async () => {
    const before = await readBooking(store, bookingId);
    if (before === null) return { ok: false, reason: "not_found" };
    const decision = exception(before, occasion.now);
    if (decision === null) {
      const kept = await keepAnswer(store, store.tables.core, answer(before));
      return kept.ok ? { ok: true, booking: before } : kept;
    }
    if (!decision.ok) return decision;
    const { booking, refund = null } = decision;
    const writes = [
      ...answerWrites(store.tables.core, answer(booking)),
      ...bookingWrites(store, before, decision, occasion),
      ...(refund === null ? [] : [refundPut(store, refund)]),
    ];
    return commit(store, writes, { ok: true, booking });
  });
}
