import { DeleteCommand } from "@aws-sdk/lib-dynamodb";
import type { Booking } from "@clearing/domain/booking";
import { type Instant, plusMinutes } from "@clearing/domain/time";
import type { Guarded } from "./commit.ts";
import { conditionHeld } from "./condition.ts";
import { deadlineKeys, keys } from "./keys.ts";
import type { Store } from "./store.ts";

/** How long the event of an ending has to get the pages closed before the sweep closes them. */
const eventMinutes = 5;

/**
 * Notes, in the transaction that ends a booking, that its open pages are to be closed at Stripe. The note is one item
 * whatever the number of pages, and it stays due until they are closed: an event that is lost loses no page.
 * `settledAttemptId`: the attempt that the transaction itself settles, whose page is closed.
 */
export function pagesToClose(
  store: Store,
  { id, version, dues }: Booking,
  now: Instant,
  settledAttemptId?: string,
): Guarded<never>[] {
  const open = dues.filter(({ openAttemptId }) => openAttemptId !== null && openAttemptId !== settledAttemptId);
  if (open.length === 0) return [];
  const key = keys.pages(id);
  const due = deadlineKeys("PAGES", key, plusMinutes(now, eventMinutes));
  const Item = { ...key, ...due, version: 1, endedIn: version + 1 };
  return [{ write: { Put: { TableName: store.tables.core, Item } } }];
}

/** Takes the note back once the pages are closed that were open in this version of the booking. */
export async function pagesClosed(store: Store, { id, version }: Booking): Promise<void> {
  // Otherwise there is no note, or one of a later ending, which is still to be worked on.
  await conditionHeld(
    store.client.send(
      new DeleteCommand({
        TableName: store.tables.core,
        Key: keys.pages(id),
        ConditionExpression: "endedIn <= :version",
        ExpressionAttributeValues: { ":version": version },
      }),
    ),
  );
}
