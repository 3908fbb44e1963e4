import {
  applyRefund,
  askUnderNextKey,
  type Booking,
  partOf,
  type Refund,
  type RefundOutcome,
  type RefundPart,
  spreadRefund,
} from "@clearing/domain/booking";
import type { Instant } from "@clearing/domain/time";
import type { ActionContext } from "@clearing/store/action-context";
import { bookingWrites } from "@clearing/store/booking";
import { chargeRefunded, readCharges, restoreCharge } from "@clearing/store/charge";
import { commit, untilFresh } from "@clearing/store/commit";
import { fromDeadlineItem } from "@clearing/store/items";
import { keys } from "@clearing/store/keys";
import { readRefund, refundPut } from "@clearing/store/refund";
import type { Store } from "@clearing/store/store";
import { readTogether } from "@clearing/store/together";

export type RefundResult = { ok: true } | { ok: false; reason: "not_found" | "conflict" };

/**
 * Spreads a refund over its booking's charges, in transactions with a bounded number of charges each. After a crash
 * between two of them, the next call continues.
 */
export async function spreadOverCharges(
  store: Store,
  ref: { bookingId: string; refundId: string },
  now: Instant,
): Promise<RefundResult> {
  for (;;) {
    const slice = await untilFresh<Slice>(store, () => spreadOnce(store, ref, now));
    if (!slice.ok) return slice;
    if (slice.whole) return { ok: true };
  }
}

type Slice = { ok: true; whole: boolean } | { ok: false; reason: "not_found" | "conflict" };

async function spreadOnce(
  store: Store,
  { bookingId, refundId }: { bookingId: string; refundId: string },
  now: Instant,
): Promise<Slice | { ok: false; reason: "stale" }> {
  // The charges are read before the refund, so a concurrent spread shows as less left to spread, never as missing
  // money. The conditions on each charge and on the refund's version catch it.
  const charges = await readCharges(store, bookingId);
  const refund = await readRefund(store, bookingId, refundId);
  if (refund === null) return { ok: false, reason: "not_found" };
  const slice = spreadRefund(refund, charges, now);
  if (slice === null) return { ok: true, whole: true };
  const writes = [
    refundPut(store, slice.refund),
    ...slice.added.map((part) => chargeRefunded(store, bookingId, part.chargeId, part.amount)),
  ];
  return commit(store, writes, { ok: true, whole: slice.refund.unspread === 0 });
}

/**
 * Stores the next idempotency key of a part before it is used, and returns the part with it. Refuses `conflict` if the
 * part can take no other key now.
 */
export function renewRefundKey(
  store: Store,
  { bookingId, id }: Refund,
  part: RefundPart,
): Promise<{ ok: true; part: RefundPart } | { ok: false; reason: "not_found" | "conflict" }> {
  type Renewed = { ok: true; part: RefundPart } | { ok: false; reason: "not_found" | "conflict" };
  return untilFresh<Renewed>(store, async () => {
    const refund = await readRefund(store, bookingId, id);
    if (refund === null) return { ok: false, reason: "not_found" };
    const next = askUnderNextKey(refund, part);
    if (next === null) return { ok: false, reason: "conflict" };
    const result = next === refund ? ({ ok: true } as const) : await commit(store, [refundPut(store, next)]);
    return result.ok ? { ok: true, part: partOf(next, part.id) } : result;
  });
}

/** Applies Stripe's outcome of one refund part to the refund, the booking, the charge and the ledger, once. */
export function settleRefundPart(
  store: Store,
  { bookingId, refundId, partId }: { bookingId: string; refundId: string; partId: string },
  outcome: RefundOutcome,
  occasion: ActionContext,
): Promise<RefundResult> {
  return untilFresh<RefundResult>(store, async () => {
    const found = await readTogether(store, {
      booking: keys.booking(bookingId),
      refund: keys.refund(bookingId, refundId),
    });
    if (found.booking === null || found.refund === null) return { ok: false, reason: "not_found" };
    const booking = fromDeadlineItem<Booking>(found.booking);
    const refund = fromDeadlineItem<Refund>(found.refund);
    const decision = applyRefund(booking, refund, partId, outcome, occasion.now);
    if (decision.kind === "unchanged") return { ok: true };
    return commit(store, [
      refundPut(store, decision.refund),
      ...bookingWrites(store, booking, decision, occasion),
      ...(decision.restored > 0 ? [restoreCharge(store, bookingId, decision.chargeId, decision.restored)] : []),
    ]);
  });
}
