import type { Booking } from "@clearing/domain/booking";
import type { Guarded } from "./commit.ts";
import { keys } from "./keys.ts";
import { queryItems } from "./read.ts";
import type { Store } from "./store.ts";

/**
 * Links from a Stripe payment method and customer to the booking that collects dues with them. Stripe's events about
 * either name no booking. The links are written with the version that saves the method, and stay if the method changes
 * later: the booking says which method is current.
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

/** The ids of the bookings that ever collected from a Stripe payment method or customer. Consistent read. */
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
