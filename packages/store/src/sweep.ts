import { QueryCommand } from "@aws-sdk/lib-dynamodb";
import { type Booking, complete, fallDue, lapse } from "@clearing/domain/booking";
import { afterDeadline, type Clearance } from "@clearing/domain/screening";
import type { Instant } from "@clearing/domain/time";
import { bookingWrites, type Occasion, readBooking } from "./booking.ts";
import { commit, untilFresh } from "./commit.ts";
import type { Item } from "./items.ts";
import { type DueKind, keys } from "./keys.ts";
import { releaseWrites } from "./progress.ts";
import type { Key } from "./read.ts";
import type { Store } from "./store.ts";
import { isVersion } from "./version.ts";

const dueAtOnce = 50;
const mostDue = 500;

/**
 * The keys of what is due at `now`, earliest first, at most 500: page by page, so that items which fail each time do not
 * keep those behind them. The index lags: whoever acts reads the item.
 */
export async function* dueItems(store: Store, kind: DueKind, now: Instant): AsyncIterable<Key> {
  let start: Item | undefined;
  for (let given = 0; given < mostDue; given += dueAtOnce) {
    const page = await store.client.send(
      new QueryCommand({
        TableName: store.tables.core,
        IndexName: "byDue",
        KeyConditionExpression: "duePk = :kind AND dueAt <= :now",
        ExpressionAttributeValues: { ":kind": kind, ":now": now },
        Limit: dueAtOnce,
        ExclusiveStartKey: start,
      }),
    );
    for (const { pk, sk } of page.Items ?? []) yield { pk: String(pk), sk: String(sk) };
    start = page.LastEvaluatedKey;
    if (start === undefined) return;
  }
}

type Result = { ok: true; booking: Booking } | { ok: false; reason: "not_found" | "conflict" };

/** Turns a hold whose instant has passed into `expired`, and lets go what is still its own. */
export function lapseHold(store: Store, bookingId: string, occasion: Occasion): Promise<Result> {
  return changeBooking(store, bookingId, occasion, lapse, (booking) => releaseWrites(store, booking));
}

/** Bills what has fallen due, and marks what is past due. */
export function billDues(store: Store, bookingId: string, occasion: Occasion): Promise<Result> {
  return changeBooking(store, bookingId, occasion, fallDue);
}

/** Completes an admitted booking whose last day is over. */
export function completeBooking(store: Store, bookingId: string, occasion: Occasion): Promise<Result> {
  return changeBooking(store, bookingId, occasion, complete);
}

function changeBooking(
  store: Store,
  bookingId: string,
  occasion: Occasion,
  decide: (booking: Booking, now: Instant) => Parameters<typeof bookingWrites>[2] | null,
  also: (booking: Booking) => ReturnType<typeof releaseWrites> = async () => [],
): Promise<Result> {
  return untilFresh<Result>(store, async () => {
    const before = await readBooking(store, bookingId);
    if (before === null) return { ok: false, reason: "not_found" };
    const change = decide(before, occasion.now);
    if (change === null) return { ok: true, booking: before };
    const result = await commit(store, [...bookingWrites(store, before, change, occasion), ...(await also(before))]);
    if (result.ok) return { ok: true, booking: change.booking };
    return { ok: false, reason: result.reason === "conflict" ? "conflict" : "stale" };
  });
}

/** Takes a clearance out of the index once its deadline has been acted upon, unless it has changed meanwhile. */
export async function settleClearanceDeadline(store: Store, bookingId: string, seen: Clearance): Promise<void> {
  const { dueAt: _dueAt, ...rest } = afterDeadline(seen);
  await commit(store, [
    {
      write: {
        Put: {
          TableName: store.tables.core,
          Item: { ...rest, ...keys.clearance(bookingId) },
          ...isVersion(seen.version),
        },
      },
      refusal: "stale",
    },
  ]);
}
