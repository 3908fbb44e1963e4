import { GetCommand } from "@aws-sdk/lib-dynamodb";
import type { Guarded } from "./commit.ts";
import { keys } from "./keys.ts";
import type { Store } from "./store.ts";

type AttemptRef = { bookingId: string; attemptId: string };

/**
 * Keeps which attempt a name stands for on the way back from Stripe's page: the attempt's own id, or its session's.
 * Neither tells a stranger anything of the booking, and what is not kept here is not ours.
 */
export function wayBackPut(store: Store, name: string, { bookingId, attemptId }: AttemptRef): Guarded<never> {
  return {
    write: { Put: { TableName: store.tables.core, Item: { ...keys.wayBack(name), bookingId, attemptId } } },
  };
}

/** The attempt that a name stands for, or null. */
export async function readWayBack(store: Store, name: string): Promise<AttemptRef | null> {
  const { Item } = await store.client.send(
    new GetCommand({ TableName: store.tables.core, Key: keys.wayBack(name), ConsistentRead: true }),
  );
  return Item === undefined ? null : { bookingId: String(Item.bookingId), attemptId: String(Item.attemptId) };
}
