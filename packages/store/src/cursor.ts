import { PutCommand } from "@aws-sdk/lib-dynamodb";
import type { Instant } from "@clearing/domain/time";
import { readItem } from "./read.ts";
import type { Store } from "./store.ts";

const key = { pk: "CURSOR#stripe-events", sk: "CURSOR" };

/**
 * How far Stripe's list of events has been read. Everything up to `event` is here, and what is newer is looked at again;
 * null while all of them are that new. `since` is its instant, in case Stripe has forgotten it. `next`: the event after
 * which a run goes on that was cut off; null when the last one came to the end of the list.
 */
export type EventCursor = { event: string | null; since: Instant; next: string | null };

/** Null before the first event. */
export async function readEventCursor(store: Store): Promise<EventCursor | null> {
  return readItem(store, key, (item) => {
    const { event, since, next } = item as EventCursor;
    return { event, since, next };
  });
}

/** Moves the cursor. Two runs at once may move it back: they look at the same events once more. */
export async function writeEventCursor(store: Store, cursor: EventCursor): Promise<void> {
  await store.client.send(new PutCommand({ TableName: store.tables.core, Item: { ...key, ...cursor } }));
}
