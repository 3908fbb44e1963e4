import { GetCommand } from "@aws-sdk/lib-dynamodb";
import {
  applyRefund,
  askUnderNextKey,
  type Booking,
  type Charge,
  partOf,
  type Refund,
  type RefundOutcome,
  type RefundPart,
  spreadRefund,
} from "@clearing/domain/booking";
import type { Instant } from "@clearing/domain/time";
import { bookingWrites, type Occasion, readCharges, refundPut } from "./booking.ts";
import { commit, type Guarded, untilFresh } from "./commit.ts";
import { fromDeadlineItem, fromItem } from "./items.ts";
import { keys } from "./keys.ts";
import type { Store } from "./store.ts";
import { readTogether } from "./together.ts";

export async function readRefund(store: Store, bookingId: string, id: string): Promise<Refund | null> {
  const { Item } = await store.client.send(
    new GetCommand({ TableName: store.tables.core, Key: keys.refund(bookingId, id), ConsistentRead: true }),
  );
  return Item === undefined ? null : fromDeadlineItem<Refund>(Item);
}

export async function readCharge(store: Store, bookingId: string, id: string): Promise<Charge | null> {
  const { Item } = await store.client.send(
    new GetCommand({ TableName: store.tables.core, Key: keys.charge(bookingId, id), ConsistentRead: true }),
  );
  return Item === undefined ? null : fromItem<Charge>(Item);
}

export type RefundResult = { ok: true } | { ok: false; reason: "not_found" | "conflict" };

/**
 * Finds the charges that a refund goes back on, in transactions of a bounded number of charges each. A crash between two
 * of them leaves a refund that is spread in part; whoever calls next goes on from there.
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
  // The charges are read before the refund: whatever is spread in between shows as less to spread, never as money that
  // is missing. The conditions on each charge and on the refund's version catch it.
  const charges = await readCharges(store, bookingId);
  const refund = await readRefund(store, bookingId, refundId);
  if (refund === null) return { ok: false, reason: "not_found" };
  const slice = spreadRefund(refund, charges, now);
  if (slice === null) return { ok: true, whole: true };
  const result = await commit(store, [
    refundPut(store, slice.refund),
    ...slice.added.map((part) => chargeRefunded(store, bookingId, part.chargeId, part.amount)),
  ]);
  if (result.ok) return { ok: true, whole: slice.refund.unspread === 0 };
  return { ok: false, reason: result.reason };
}

/** Takes a refund's share from what is applied of a charge, and from what it can still give back (I6). */
function chargeRefunded(store: Store, bookingId: string, chargeId: string, amount: number): Guarded<"stale"> {
  return {
    write: {
      Update: {
        TableName: store.tables.core,
        Key: keys.charge(bookingId, chargeId),
        UpdateExpression: "SET refundable = refundable - :amount, applied = applied - :amount",
        ConditionExpression: "refundable >= :amount AND applied >= :amount", // I6
        ExpressionAttributeValues: { ":amount": amount },
      },
    },
    refusal: "stale",
  };
}

/** Stores that a part will be asked for under its next key, and gives the part as it is then. */
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

/** Applies what Stripe says of one part of a refund to the refund, the booking, the charge and the ledger, once. */
export function settleRefundPart(
  store: Store,
  { bookingId, refundId, partId }: { bookingId: string; refundId: string; partId: string },
  outcome: RefundOutcome,
  occasion: Occasion,
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
    const result = await commit(store, [
      refundPut(store, decision.refund),
      ...bookingWrites(store, booking, decision, occasion),
      ...(decision.restored > 0 ? [restoreCharge(store, bookingId, decision.chargeId, decision.restored)] : []),
    ]);
    if (result.ok) return { ok: true };
    return { ok: false, reason: result.reason === "conflict" ? "conflict" : "stale" };
  });
}

/** What failed or was refused may be made again: its amount is refundable once more, and still owed (I6). */
function restoreCharge(store: Store, bookingId: string, chargeId: string, amount: number): Guarded<never> {
  return {
    write: {
      Update: {
        TableName: store.tables.core,
        Key: keys.charge(bookingId, chargeId),
        UpdateExpression: "SET refundable = refundable + :amount",
        ConditionExpression: "attribute_exists(pk)",
        ExpressionAttributeValues: { ":amount": amount },
      },
    },
  };
}
