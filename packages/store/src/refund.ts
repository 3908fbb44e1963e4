import { GetCommand } from "@aws-sdk/lib-dynamodb";
import {
  applyRefund,
  type Booking,
  type Charge,
  type Refund,
  type RefundOutcome,
  refundMadeAtStripe,
} from "@clearing/domain/booking";
import { bookingWrites, type Occasion, refundPut } from "./booking.ts";
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

type Result = { ok: true } | { ok: false; reason: "not_found" | "conflict" };

/** Applies what Stripe says of one part of a refund to the refund, the booking, the charge and the ledger, once. */
export function settleRefundPart(
  store: Store,
  { bookingId, refundId, partId }: { bookingId: string; refundId: string; partId: string },
  outcome: RefundOutcome,
  occasion: Occasion,
): Promise<Result> {
  return untilFresh<Result>(store, async () => {
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

/** A failed refund may be made again: its amount is refundable once more, and still owed (I6). */
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

/**
 * Records a refund that was made at Stripe by hand, on a charge of this booking. `refundId` is derived from Stripe's
 * own, so that it is recorded once. `not_found`: the charge is not this booking's.
 */
export function recordStripeRefund(
  store: Store,
  {
    bookingId,
    chargeId,
    refundId,
    stripeRefundId,
    amount,
  }: { bookingId: string; chargeId: string; refundId: string; stripeRefundId: string; amount: number },
  occasion: Occasion,
): Promise<Result> {
  return untilFresh<Result>(store, async () => {
    const found = await readTogether(store, {
      booking: keys.booking(bookingId),
      charge: keys.charge(bookingId, chargeId),
      known: keys.refund(bookingId, refundId),
    });
    if (found.booking === null || found.charge === null) return { ok: false, reason: "not_found" };
    if (found.known !== null) return { ok: true };
    const booking = fromDeadlineItem<Booking>(found.booking);
    const charge = fromItem<Charge>(found.charge);
    const made = { id: refundId, stripeRefundId, amount, now: occasion.now };
    const { refund, charge: after, ...change } = refundMadeAtStripe(booking, charge, made);
    const result = await commit(store, [
      refundPut(store, refund),
      ...bookingWrites(store, booking, change, occasion),
      {
        write: {
          Update: {
            TableName: store.tables.core,
            Key: keys.charge(bookingId, chargeId),
            UpdateExpression: "SET refundable = :refundable, applied = :applied",
            ConditionExpression: "refundable = :wasRefundable AND applied = :wasApplied",
            ExpressionAttributeValues: {
              ":refundable": after.refundable,
              ":applied": after.applied,
              ":wasRefundable": charge.refundable,
              ":wasApplied": charge.applied,
            },
          },
        },
        refusal: "stale" as const,
      },
    ]);
    if (result.ok) return { ok: true };
    return { ok: false, reason: result.reason === "conflict" ? "conflict" : "stale" };
  });
}
