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

/** Stores a captured charge, once (`stale` if it exists). */
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

/**
 * Subtracts a refund from a charge's applied and refundable amounts (minor units). Refuses `stale` if either is too
 * small (I6).
 */
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

/** Records the balance transaction by which Stripe booked an existing charge. */
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
 * Makes the amount of a failed or refused refund refundable again (I6). If the charge is missing, DynamoDB rejects the
 * addition.
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

/** Sets a charge's amounts on the condition that the amounts read have not changed (`stale`, I6). */
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
