import { PutCommand } from "@aws-sdk/lib-dynamodb";
import type { Instant } from "@clearing/domain/time";
import { readItem } from "./read.ts";
import type { Store } from "./store.ts";

const key = { pk: "CURSOR#stripe-events", sk: "CURSOR" };

/**
 * How far Stripe's list of events has been read. All events up to `event` are stored; newer ones are checked again.
 * `event` is null while every event is that new. `since` is its instant, in case Stripe no longer knows the event.
 * `next` is the event after which an interrupted run continues; null if the last run reached the end of the list.
 */
export type EventCursor = { event: string | null; since: Instant; next: string | null };

/** The cursor; null before the first run. */
export async function readEventCursor(store: Store): Promise<EventCursor | null> {
  return readItem(store, key, (item) => {
    const { event, since, next } = item as EventCursor;
    return { event, since, next };
  });
}

/** Stores the cursor. Two concurrent runs can move it back; the same events are then checked again. */
export async function writeEventCursor(store: Store, cursor: EventCursor): Promise<void> {
  await store.client.send(new PutCommand({ TableName: store.tables.core, Item: { ...key, ...cursor } }));
}
