import type { Booking } from "@clearing/domain/booking";
import type { Guarded } from "./commit.ts";
import { keys } from "./keys.ts";
import { queryItems } from "./read.ts";
import type { Store } from "./store.ts";

/**
 * What leads from Stripe's payment method and customer to a booking whose dues are collected with them, written with the
 * version that saves the method: an event about either names no booking. It stays when the method changes; the booking
 * itself says which one it has.
 */
export function collectedFromPuts(
  store: Store,
  before: Booking | null,
  { id, savedMethod }: Booking,
): Guarded<never>[] {
  if (savedMethod === undefined || savedMethod.id === before?.savedMethod?.id) return [];
  return [savedMethod.id, savedMethod.customerId].map((stripeId) => ({
    write: { Put: { TableName: store.tables.core, Item: { ...keys.collectedFrom(stripeId, id), bookingId: id } } },
  }));
}

/** The bookings that were ever collected with a payment method of Stripe's, or from a customer; consistently. */
export async function bookingsCollectedFrom(store: Store, stripeId: string): Promise<string[]> {
  const { pk } = keys.collectedFrom(stripeId, "");
  const items = await Array.fromAsync(
    queryItems(store, {
      TableName: store.tables.core,
      KeyConditionExpression: "pk = :pk",
      ExpressionAttributeValues: { ":pk": pk },
      ConsistentRead: true,
    }),
  );
  return items.map(({ bookingId }) => String(bookingId));
}
