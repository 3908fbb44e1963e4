import { type Booking, type Charge, type Refund, reckonPart, refundMadeAtStripe } from "@clearing/domain/booking";
import type { Instant } from "@clearing/domain/time";
import type { ActionContext } from "@clearing/store/action-context";
import { bookingWrites } from "@clearing/store/booking";
import { chargeFollows } from "@clearing/store/charge";
import { commit, untilFresh } from "@clearing/store/commit";
import { fromDeadlineItem, fromItem } from "@clearing/store/items";
import { keys } from "@clearing/store/keys";
import { readRefunds, refundPut } from "@clearing/store/refund";
import type { Store } from "@clearing/store/store";
import { readTogether } from "@clearing/store/together";
import { type RefundResult, spreadOverCharges } from "./refund-parts.ts";

/**
 * Records a refund that was made by hand at Stripe on a charge of this booking. `refundId` is derived from Stripe's id,
 * so it is recorded once. The refunds that the booking owes are first spread over the charges, so that the charge shows
 * how much of them is owed. Refuses `not_found` if the booking or the charge is missing.
 */
export function recordStripeRefund(
  store: Store,
  {
    bookingId,
    chargeId,
    refundId,
    ...refunded
  }: {
    bookingId: string;
    chargeId: string;
    refundId: string;
    stripeRefundId: string;
    amount: number;
    madeAt: Instant;
  },
  occasion: ActionContext,
): Promise<RefundResult> {
  return untilFresh<RefundResult>(store, async () => {
    const found = await readTogether(store, {
      booking: keys.booking(bookingId),
      charge: keys.charge(bookingId, chargeId),
      known: keys.refund(bookingId, refundId),
    });
    if (found.booking === null || found.charge === null) return { ok: false, reason: "not_found" };
    if (found.known !== null) return { ok: true };
    const booking = fromDeadlineItem<Booking>(found.booking);
    const charge = fromItem<Charge>(found.charge);
    // Spreading changes the charge; the next round reads it again.
    const spread = await spreadAll(store, booking, occasion);
    if (!spread.ok) return spread;
    const made = { id: refundId, ...refunded, now: occasion.now };
    const { refund, charge: after, ...change } = refundMadeAtStripe(booking, charge, made);
    return commit(store, [
      refundPut(store, refund),
      ...bookingWrites(store, booking, change, occasion),
      chargeFollows(store, charge, after),
    ]);
  });
}

async function spreadAll(store: Store, { id: bookingId }: Booking, { now }: ActionContext): Promise<RefundResult> {
  for (const { id: refundId, unspread } of await readRefunds(store, bookingId)) {
    const spread =
      unspread === 0 ? ({ ok: true } as const) : await spreadOverCharges(store, { bookingId, refundId }, now);
    if (!spread.ok) return spread;
  }
  return { ok: true };
}

export type ReckonResult = { ok: true } | { ok: false; reason: "not_found" | "conflict" | "unexplained" };

/**
 * Recomputes a refund part that Stripe refused because its charge has only `left` (minor units) to refund; the amount
 * still owed becomes a new part. Refuses `unexplained` if refunds made by hand do not explain the difference.
 */
export function reckonRefundPart(
  store: Store,
  { bookingId, refundId }: { bookingId: string; refundId: string },
  refused: { partId: string; chargeId: string; code: string; left: number },
  occasion: ActionContext,
): Promise<ReckonResult> {
  return untilFresh<ReckonResult>(store, async () => {
    const found = await readTogether(store, {
      booking: keys.booking(bookingId),
      refund: keys.refund(bookingId, refundId),
      charge: keys.charge(bookingId, refused.chargeId),
    });
    if (found.booking === null || found.refund === null || found.charge === null) {
      return { ok: false, reason: "not_found" };
    }
    const booking = fromDeadlineItem<Booking>(found.booking);
    const refund = fromDeadlineItem<Refund>(found.refund);
    const charge = fromItem<Charge>(found.charge);
    const decision = reckonPart(booking, refund, charge, refused, occasion.now);
    if (decision.kind === "unchanged") return { ok: true };
    if (decision.kind === "unexplained") return { ok: false, reason: "unexplained" };
    return commit(store, [
      refundPut(store, decision.refund),
      ...bookingWrites(store, booking, decision, occasion),
      chargeFollows(store, charge, decision.charge),
    ]);
  });
}
