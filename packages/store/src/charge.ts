import type { Charge } from "@clearing/domain/booking";
import { readChildren } from "./booking-children.ts";
import type { Guarded } from "./commit.ts";
import { fromItem } from "./items.ts";
import { keys } from "./keys.ts";
import { readItem } from "./read.ts";
import type { Store } from "./store.ts";

export async function readCharges(store: Store, bookingId: string): Promise<Charge[]> {
  return (await readChildren(store, bookingId, "CHG#")).map((item) => fromItem<Charge>(item));
}

/** A captured charge, kept once. */
export function chargePut(store: Store, charge: Charge): Guarded<"stale"> {
  const Item = { ...charge, ...keys.charge(charge.bookingId, charge.id) };
  return {
    write: { Put: { TableName: store.tables.core, Item, ConditionExpression: "attribute_not_exists(pk)" } },
    refusal: "stale",
  };
}

export async function readCharge(store: Store, bookingId: string, id: string): Promise<Charge | null> {
  return readItem(store, keys.charge(bookingId, id), fromItem<Charge>);
}

/** Takes a refund's share from what is applied of a charge, and from what it can still give back (I6). */
export function chargeRefunded(store: Store, bookingId: string, chargeId: string, amount: number): Guarded<"stale"> {
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

/** How Stripe booked a charge that is there already. */
export function chargeBooked(
  store: Store,
  bookingId: string,
  { chargeId, balanceTransactionId }: { chargeId: string; balanceTransactionId: string },
): Guarded<never> {
  return {
    write: {
      Update: {
        TableName: store.tables.core,
        Key: keys.charge(bookingId, chargeId),
        UpdateExpression: "SET balanceTransactionId = :id",
        ConditionExpression: "attribute_exists(pk)",
        ExpressionAttributeValues: { ":id": balanceTransactionId },
      },
    },
  };
}

/**
 * What failed or was refused may be made again: its amount is refundable once more, and still owed (I6). DynamoDB adds to
 * no charge that is not there.
 */
export function restoreCharge(store: Store, bookingId: string, chargeId: string, amount: number): Guarded<never> {
  return {
    write: {
      Update: {
        TableName: store.tables.core,
        Key: keys.charge(bookingId, chargeId),
        UpdateExpression: "SET refundable = refundable + :amount",
        ExpressionAttributeValues: { ":amount": amount },
      },
    },
  };
}

/** A charge's next amounts, decided on those that were read (I6). */
export function chargeFollows(store: Store, before: Charge, after: Charge): Guarded<"stale"> {
  return {
    write: {
      Update: {
        TableName: store.tables.core,
        Key: keys.charge(before.bookingId, before.id),
        UpdateExpression: "SET refundable = :refundable, applied = :applied",
        ConditionExpression: "refundable = :wasRefundable AND applied = :wasApplied", // I6
        ExpressionAttributeValues: {
          ":refundable": after.refundable,
          ":applied": after.applied,
          ":wasRefundable": before.refundable,
          ":wasApplied": before.applied,
        },
      },
    },
    refusal: "stale",
  };
}
