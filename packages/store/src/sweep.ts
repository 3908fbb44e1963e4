import { GetCommand, QueryCommand, UpdateCommand } from "@aws-sdk/lib-dynamodb";
import {
  type Booking,
  complete,
  fallDue,
  followUpAt,
  lapse,
  lapseClearance,
  remindOfClearance,
} from "@clearing/domain/booking";
import { type Instant, plusMinutes } from "@clearing/domain/time";
import { bookingWrites, type Occasion, readBooking, readFile } from "./booking.ts";
import { clearancePut, clearanceUnchanged, clearanceWrites } from "./clearance.ts";
import { type CommitResult, commit, untilFresh } from "./commit.ts";
import type { Item } from "./items.ts";
import type { DueKind } from "./keys.ts";
import { releaseWrites } from "./locks.ts";
import { merged } from "./merge.ts";
import { pagesToClose } from "./pages.ts";
import type { Key } from "./read.ts";
import { shardsOf } from "./shards.ts";
import type { Store } from "./store.ts";
import { unpaidEndingWrites } from "./unpaid-endings.ts";

/** The table of what is due: a clearance has one of its own. */
const tableOf = ({ tables }: Store, kind: DueKind): string => (kind === "CLEARANCE" ? tables.clearance : tables.core);

/** Of one shard; most runs find less than this in all of them. */
const dueAtOnce = 20;
const mostDue = 500;

/**
 * The keys of what is due at `now`, earliest first, at most 500. The index lags: whoever acts reads the item.
 */
export async function* dueItems(store: Store, kind: DueKind, now: Instant): AsyncIterable<Key> {
  const due = merged(
    shardsOf(kind).map((shard) => dueIn(store, tableOf(store, kind), shard, now)),
    (item) => String(item.dueAt),
  );
  let given = 0;
  for await (const { pk, sk } of due) {
    yield { pk: String(pk), sk: String(sk) };
    given++;
    if (given === mostDue) return;
  }
}

async function* dueIn(store: Store, TableName: string, shard: string, now: Instant): AsyncIterable<Item> {
  let start: Item | undefined;
  do {
    const page = await store.client.send(
      new QueryCommand({
        TableName,
        IndexName: "byDue",
        KeyConditionExpression: "duePk = :shard AND dueAt <= :now",
        ExpressionAttributeValues: { ":shard": shard, ":now": now },
        Limit: dueAtOnce,
        ExclusiveStartKey: start,
      }),
    );
    yield* page.Items ?? [];
    start = page.LastEvaluatedKey;
  } while (start !== undefined);
}

const longestWaitMinutes = 60;

/** Minutes until the next try of what was worked on in vain so often in a row: 1, 2, 4, ... and at most an hour. */
const waitMinutes = (vain: number): number => Math.min(longestWaitMinutes, 2 ** (vain - 1));

/**
 * Puts an item that is still due behind the others, under its version: whoever changes it meanwhile decides when it is
 * due. How often it was put back stands beside it until its next change.
 */
export async function postpone(store: Store, kind: DueKind, { pk, sk }: Key, now: Instant): Promise<void> {
  const at = { TableName: tableOf(store, kind), Key: { pk, sk } };
  const { Item } = await store.client.send(new GetCommand({ ...at, ConsistentRead: true }));
  if (Item === undefined || typeof Item.dueAt !== "string" || Item.dueAt > now) return;
  const vain = Number(Item.vain ?? 0) + 1;
  try {
    await store.client.send(
      new UpdateCommand({
        ...at,
        UpdateExpression: "SET dueAt = :later, vain = :vain",
        ConditionExpression: "dueAt = :seen AND #version = :version",
        ExpressionAttributeNames: { "#version": "version" },
        ExpressionAttributeValues: {
          ":later": plusMinutes(now, waitMinutes(vain)),
          ":vain": vain,
          ":seen": Item.dueAt,
          ":version": Item.version,
        },
      }),
    );
  } catch (error) {
    if (!(error instanceof Error) || error.name !== "ConditionalCheckFailedException") throw error;
  }
}

type Result = { ok: true; booking: Booking } | { ok: false; reason: "not_found" | "conflict" };

/** Turns a hold whose instant has passed into `expired`, and lets go what is still its own. */
export function lapseHold(store: Store, bookingId: string, occasion: Occasion): Promise<Result> {
  return changeBooking(store, bookingId, occasion, lapse, async (booking) => [
    ...(await releaseWrites(store, booking)),
    ...(await unpaidEndingWrites(store, booking, null, occasion.now)),
    ...pagesToClose(store, booking, occasion.now),
  ]);
}

/** Bills what has fallen due, and marks what is past due, in as many transactions as that takes. */
export async function billDues(store: Store, bookingId: string, occasion: Occasion): Promise<Result> {
  for (;;) {
    const billed = await changeBooking(store, bookingId, occasion, fallDue);
    if (!billed.ok || fallDue(billed.booking, occasion.now) === null) return billed;
  }
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

/** Reminds a participant of what is missing of the clearance, as it is in the very transaction. */
export function remind(store: Store, bookingId: string, occasion: Occasion): Promise<CommitResult<never>> {
  return untilFresh<CommitResult<never>>(store, async () => {
    const file = await readFile(store, bookingId);
    const change = file && remindOfClearance(file.booking, file.clearance, occasion.now);
    if (file === null || change === null) return { ok: true };
    const writes = bookingWrites(store, file.booking, change, occasion);
    const result = await commit(store, [...writes, clearanceUnchanged(store, bookingId, file.clearance)]);
    if (result.ok) return result;
    return { ok: false, reason: result.reason === "conflict" ? "conflict" : "stale" };
  });
}

/** Tells that a clearance's validity has ended, once, where that is to be told. */
export function tellLapse(store: Store, bookingId: string, occasion: Occasion): Promise<CommitResult<never>> {
  return untilFresh<CommitResult<never>>(store, async () => {
    const file = await readFile(store, bookingId);
    if (file === null || file.clearance === null) return { ok: true };
    const { booking, clearance } = file;
    const lapsed = lapseClearance(booking, clearance, occasion.now);
    return lapsed === null ? { ok: true } : commit(store, clearanceWrites(store, booking, clearance, lapsed, occasion));
  });
}

/** Notes when a clearance is to be looked at next, now that its booking has followed it, unless it has changed. */
export async function restClearance(store: Store, bookingId: string, now: Instant): Promise<CommitResult<"stale">> {
  const file = await readFile(store, bookingId);
  if (file === null || file.clearance === null) return { ok: true };
  const { booking, clearance } = file;
  return commit(store, [clearancePut(store, clearance, { ...clearance, dueAt: followUpAt(booking, clearance, now) })]);
}
