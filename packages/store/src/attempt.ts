import type { Attempt, Booking } from "@clearing/domain/booking";
import { readChildren } from "./booking-children.ts";
import type { Guarded } from "./commit.ts";
import { fromDeadlineItem, type Item, toDeadlineItem } from "./items.ts";
import { keys } from "./keys.ts";
import { type Key, readItem, readItems } from "./read.ts";
import type { Store } from "./store.ts";
import { follows } from "./version.ts";

export async function readAttempt(store: Store, bookingId: string, id: string): Promise<Attempt | null> {
  return readItem(store, keys.attempt(bookingId, id), fromDeadlineItem<Attempt>);
}

/** An attempt and its booking. Decisions on them are written only if both versions still match. */
export type AttemptFile = { attempt: Attempt; booking: Booking };

/** An attempt with its booking in one batch read; null if either is missing. */
export async function readAttemptFile(store: Store, bookingId: string, id: string): Promise<AttemptFile | null> {
  return attemptFileIn(await readItems(store, attemptFileKeys(bookingId, id)));
}

export const attemptFileKeys = (bookingId: string, id: string): Key[] => [
  keys.booking(bookingId),
  keys.attempt(bookingId, id),
];

/** Picks the attempt and its booking from items that were read for one attempt; null if either is missing. */
export function attemptFileIn(items: Item[]): AttemptFile | null {
  const booking = items.find(({ sk }) => sk === "BOOKING");
  const attempt = items.find(({ sk }) => String(sk).startsWith("ATT#"));
  if (booking === undefined || attempt === undefined) return null;
  return { booking: fromDeadlineItem<Booking>(booking), attempt: fromDeadlineItem<Attempt>(attempt) };
}

export async function readAttempts(store: Store, bookingId: string): Promise<Attempt[]> {
  return (await readChildren(store, bookingId, "ATT#")).map((item) => fromDeadlineItem<Attempt>(item));
}

/**
 * Writes an attempt's next version. Version 1 must not exist yet; otherwise the version before must be stored
 * (`stale`).
 */
export function attemptPut(store: Store, attempt: Attempt): Guarded<"stale"> {
  const put = {
    TableName: store.tables.core,
    Item: toDeadlineItem(attempt, "ATTEMPT", keys.attempt(attempt.bookingId, attempt.id)),
  };
  return { write: { Put: { ...put, ...follows(attempt.version) } }, refusal: "stale" };
}
