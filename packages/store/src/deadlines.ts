import { UpdateCommand } from "@aws-sdk/lib-dynamodb";
import { nextTurn } from "@clearing/domain/deadline-work";
import { hasCome, type Instant } from "@clearing/domain/time";
import { conditionHeld } from "./condition.ts";
import type { Item } from "./items.ts";
import type { DeadlineKind } from "./keys.ts";
import { merged } from "./merge.ts";
import { type Key, queryItems, readItem } from "./read.ts";
import { shardsOf } from "./shards.ts";
import type { Store } from "./store.ts";

/** The table that holds items of a kind: clearances have a separate one. */
const tableOf = ({ tables }: Store, kind: DeadlineKind): string =>
  kind === "CLEARANCE" ? tables.clearance : tables.core;

/** Keys per query of one shard. */
const pageSize = 100;

/**
 * The keys of the items whose deadline was reached at `now`, earliest first. Reads each shard only as far as the caller
 * iterates. The index lags, so a worker must read the item before it acts.
 */
export async function* reachedDeadlines(store: Store, kind: DeadlineKind, now: Instant): AsyncIterable<Key> {
  const reached = merged(
    shardsOf(kind).map((shard) => reachedIn(store, tableOf(store, kind), shard, now)),
    (item) => String(item.dueAt),
  );
  for await (const { pk, sk } of reached) yield { pk: String(pk), sk: String(sk) };
}

const reachedIn = (store: Store, TableName: string, shard: string, now: Instant): AsyncIterable<Item> =>
  queryItems(store, {
    TableName,
    IndexName: "byDue",
    KeyConditionExpression: "duePk = :shard AND dueAt <= :now",
    ExpressionAttributeValues: { ":shard": shard, ":now": now },
    Limit: pageSize,
  });

/** The current item if its deadline was reached; otherwise null. */
export async function readIfReached(
  store: Store,
  kind: DeadlineKind,
  { pk, sk }: Key,
  now: Instant,
): Promise<Item | null> {
  const item = await readItem(store, { pk, sk, table: tableOf(store, kind) }, (found) => found);
  return typeof item?.dueAt === "string" && hasCome(item.dueAt, now) ? item : null;
}

/**
 * Postpones an item whose deadline was reached, on the condition that its version has not changed: a concurrent writer
 * decides the new deadline. The number of postponements stays on the item until its next change.
 */
export async function postpone(store: Store, kind: DeadlineKind, key: Key, now: Instant): Promise<void> {
  const item = await readIfReached(store, kind, key, now);
  if (item === null) return;
  const vain = Number(item.vain ?? 0) + 1;
  await conditionHeld(
    store.client.send(
      new UpdateCommand({
        TableName: tableOf(store, kind),
        Key: { pk: key.pk, sk: key.sk },
        UpdateExpression: "SET dueAt = :later, vain = :vain",
        ConditionExpression: "dueAt = :seen AND #version = :version",
        ExpressionAttributeNames: { "#version": "version" },
        ExpressionAttributeValues: {
          ":later": nextTurn(vain, now),
          ":vain": vain,
          ":seen": item.dueAt,
          ":version": item.version,
        },
      }),
    ),
  );
}
