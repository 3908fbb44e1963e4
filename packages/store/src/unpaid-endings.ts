import { type Booking, endsUnpaid, type HoldEnd, type UnpaidEndings, withUnpaidEnding } from "@clearing/domain/booking";
import { epochSeconds, type Instant, plusDays } from "@clearing/domain/time";
import type { Guarded } from "./commit.ts";
import type { Item } from "./items.ts";
import { keys } from "./keys.ts";
import { readItem } from "./read.ts";
import type { Store } from "./store.ts";
import { isVersion } from "./version.ts";

/** Longer than any limit looks back plus its ban. */
const keptDays = 15;

/**
 * The write that adds an unpaid ending to the account's count for this cohort; none if the ending does not count. Two
 * concurrent endings both count (`stale` for the second). A hold that lapsed ended at its expiry, however late that is
 * noticed.
 */
export async function unpaidEndingWrites(
  store: Store,
  before: Booking,
  end: HoldEnd,
  now: Instant,
): Promise<Guarded<"stale">[]> {
  if (!endsUnpaid(before, end)) return [];
  const TableName = store.tables.core;
  const Key = keys.unpaidEndings(before.owner.sub, before.cohortId);
  const found = await readItem(store, Key, (item) => item);
  const endedAt = end === "lapse" ? (before.holdExpiresAt ?? now) : now;
  const written: Item = {
    ...Key,
    instants: withUnpaidEnding(unpaidEndingsIn(found), endedAt),
    version: Number(found?.version ?? 0) + 1,
    expiresAt: epochSeconds(plusDays(now, keptDays)),
  };
  return [
    { write: { Put: { TableName, Item: written, ...isVersion(found && Number(found.version)) } }, refusal: "stale" },
  ];
}

export const unpaidEndingsIn = (item: Item | null): UnpaidEndings =>
  (item?.instants as UnpaidEndings | undefined) ?? [];
