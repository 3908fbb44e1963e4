import { GetCommand } from "@aws-sdk/lib-dynamodb";
import type { Attempt } from "@clearing/domain/booking";
import { follows, readChildren } from "./booking.ts";
import type { Guarded } from "./commit.ts";
import { fromDeadlineItem, toDeadlineItem } from "./items.ts";
import { keys } from "./keys.ts";
import type { Store } from "./store.ts";

export async function readAttempt(store: Store, bookingId: string, id: string): Promise<Attempt | null> {
  const { Item } = await store.client.send(
    new GetCommand({ TableName: store.tables.core, Key: keys.attempt(bookingId, id), ConsistentRead: true }),
  );
  return Item === undefined ? null : fromDeadlineItem<Attempt>(Item);
}

export async function readAttempts(store: Store, bookingId: string): Promise<Attempt[]> {
  return (await readChildren(store, bookingId, "ATT#")).map((item) => fromDeadlineItem<Attempt>(item));
}

/** An attempt's next version; a first version must be new. */
export function attemptPut(store: Store, attempt: Attempt): Guarded<"stale"> {
  const put = {
    TableName: store.tables.core,
    Item: toDeadlineItem(attempt, "ATTEMPT", keys.attempt(attempt.bookingId, attempt.id)),
  };
  return { write: { Put: { ...put, ...follows(attempt.version) } }, refusal: "stale" };
}
