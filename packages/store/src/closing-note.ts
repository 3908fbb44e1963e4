import { DeleteCommand } from "@aws-sdk/lib-dynamodb";
import { type Booking, mayHaveSetup } from "@clearing/domain/booking";
import { type Instant, plusMinutes } from "@clearing/domain/time";
import type { Guarded } from "./commit.ts";
import { conditionHeld } from "./condition.ts";
import { deadlineKeys, keys } from "./keys.ts";
import type { Store } from "./store.ts";

/** How long the event of an ending has to close the attempts and setups before the sweep closes them. */
const eventMinutes = 5;

/**
 * In the transaction that ends a booking, notes that its open attempts and setups must be closed at Stripe. The closing
 * note is one item (`PAGES`) for any number of them and keeps a deadline until they are closed, so a lost event leaves
 * none open. The booking does not name its setups, so the note is written wherever there may be one. `settledAttemptId`
 * is the attempt that the transaction itself settles; it is closed already.
 */
export function closingNoteWrites(
  store: Store,
  before: Booking,
  now: Instant,
  settledAttemptId?: string,
): Guarded<never>[] {
  const { id, version, dues } = before;
  const open = dues.filter(({ openAttemptId }) => openAttemptId !== null && openAttemptId !== settledAttemptId);
  if (open.length === 0 && !mayHaveSetup(before)) return [];
  const key = keys.closingNote(id);
  const due = deadlineKeys("PAGES", key, plusMinutes(now, eventMinutes));
  const Item = { ...key, ...due, version: 1, endedIn: version + 1 };
  return [{ write: { Put: { TableName: store.tables.core, Item } } }];
}

/** Deletes the closing note once the attempts and setups that were open in this version of the booking are closed. */
export async function deleteClosingNote(store: Store, { id, version }: Booking): Promise<void> {
  // If the condition fails, there is no note, or a later ending has written one that is still to be worked on.
  await conditionHeld(
    store.client.send(
      new DeleteCommand({
        TableName: store.tables.core,
        Key: keys.closingNote(id),
        ConditionExpression: "endedIn <= :version",
        ExpressionAttributeValues: { ":version": version },
      }),
    ),
  );
}
