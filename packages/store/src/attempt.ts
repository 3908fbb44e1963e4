import type { Attempt } from "@clearing/domain/booking";
import { readChildren } from "./booking-children.ts";
import type { Guarded } from "./commit.ts";
import { fromDeadlineItem, toDeadlineItem } from "./items.ts";
import { keys } from "./keys.ts";
import { readItem } from "./read.ts";
import type { Store } from "./store.ts";
import { follows } from "./version.ts";

export async function readAttempt(store: Store, bookingId: string, id: string): Promise<Attempt | null> {
  return readItem(store, keys.attempt(bookingId, id), fromDeadlineItem<Attempt>);
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
