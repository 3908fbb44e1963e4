import { UpdateCommand } from "@aws-sdk/lib-dynamodb";
import { type Instant, plusMinutes } from "@clearing/domain/time";
import { conditionHeld } from "./condition.ts";
import type { Item } from "./items.ts";
import type { DueKind } from "./keys.ts";
import { merged } from "./merge.ts";
import { type Key, queryItems, readItem } from "./read.ts";
import { shardsOf } from "./shards.ts";
import type { Store } from "./store.ts";

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

const dueIn = (store: Store, TableName: string, shard: string, now: Instant): AsyncIterable<Item> =>
  queryItems(store, {
    TableName,
    IndexName: "byDue",
    KeyConditionExpression: "duePk = :shard AND dueAt <= :now",
    ExpressionAttributeValues: { ":shard": shard, ":now": now },
    Limit: dueAtOnce,
  });

const longestWaitMinutes = 60;

/** Minutes until the next try of what was worked on in vain so often in a row: 1, 2, 4, ... and at most an hour. */
const waitMinutes = (vain: number): number => Math.min(longestWaitMinutes, 2 ** (vain - 1));

/**
 * Puts an item that is still due behind the others, under its version: whoever changes it meanwhile decides when it is
 * due. How often it was put back stands beside it until its next change.
 */
export async function postpone(store: Store, kind: DueKind, { pk, sk }: Key, now: Instant): Promise<void> {
  const table = tableOf(store, kind);
  const item = await readItem(store, { pk, sk, table }, (found) => found);
  if (item === null || typeof item.dueAt !== "string" || item.dueAt > now) return;
  const vain = Number(item.vain ?? 0) + 1;
  await conditionHeld(
    store.client.send(
      new UpdateCommand({
        TableName: table,
        Key: { pk, sk },
        UpdateExpression: "SET dueAt = :later, vain = :vain",
        ConditionExpression: "dueAt = :seen AND #version = :version",
        ExpressionAttributeNames: { "#version": "version" },
        ExpressionAttributeValues: {
          ":later": plusMinutes(now, waitMinutes(vain)),
          ":vain": vain,
          ":seen": item.dueAt,
          ":version": item.version,
        },
      }),
    ),
  );
}
