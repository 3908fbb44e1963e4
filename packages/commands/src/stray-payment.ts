import { returnStrayPayment, type StrayPayment } from "@clearing/domain/booking";
import type { ActionContext } from "@clearing/store/action-context";
import { bookingWrites, readBooking } from "@clearing/store/booking";
import { chargePut } from "@clearing/store/charge";
import { commit, untilFresh } from "@clearing/store/commit";
import { readCredit } from "@clearing/store/journal";
import { refundPut } from "@clearing/store/refund";
import type { Store } from "@clearing/store/store";

type Result = { ok: true } | { ok: false; reason: "not_found" | "conflict" };

/**
 * Records, once, a payment that no attempt of the booking asked for, with the refund that returns it. A charge that is
 * posted already stays where it is. Refuses `not_found` if the booking does not exist.
 */
export function recordStrayPayment(
  store: Store,
  { bookingId, refundId }: { bookingId: string; refundId: string },
  payment: StrayPayment,
  occasion: ActionContext,
): Promise<Result> {
  return untilFresh<Result>(store, async () => {
    if ((await readCredit(store, payment.chargeId)) !== null) return { ok: true };
    const booking = await readBooking(store, bookingId);
    if (booking === null) return { ok: false, reason: "not_found" };
    const { charge, refund, ...change } = returnStrayPayment(booking, payment, { refundId, now: occasion.now });
    return commit(store, [
      ...bookingWrites(store, booking, change, occasion),
      chargePut(store, charge),
      ...(refund === null ? [] : [refundPut(store, refund)]),
    ]);
  });
}
