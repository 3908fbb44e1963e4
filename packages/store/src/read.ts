import { BatchGetCommand, QueryCommand } from "@aws-sdk/lib-dynamodb";
import { decodeCursor, encodeCursor } from "@clearing/contracts/cursor";
import type { Item } from "./items.ts";
import type { Store } from "./store.ts";

export type Listed<Value> = { items: Value[]; nextCursor: string | null };

export type Key = { pk: string; sk: string };

/** What to list of an index; several partitions are read as if they were one. */
export type ListQuery = {
  index: "byList" | "byOwner" | "byCohort";
  partitions: string[];
  from?: string | undefined;
  newestFirst?: boolean;
  limit: number;
  cursor?: string | undefined;
};

const names = {
  byList: ["listPk", "listSk"],
  byOwner: ["ownerPk", "ownerSk"],
  byCohort: ["cohortPk", "cohortSk"],
} as const;

const keysAtOnce = 50;
const mostPages = 20;

/**
 * One page of what an index lists, as long as was asked for: what `load` leaves out (null), filtered or gone, is made up
 * for by what follows. It is shorter, with a cursor to go on from, where more than 1,000 keys would have to be read.
 */
export async function list<Value>(
  store: Store,
  query: ListQuery,
  load: (keys: Key[]) => Promise<(Value | null)[]>,
): Promise<Listed<Value>> {
  const items: Value[] = [];
  let cursor = query.cursor;
  for (let page = 0; page < mostPages; page++) {
    const limit = page === 0 ? Math.min(query.limit, keysAtOnce) : keysAtOnce;
    const keys = await listKeys(store, { ...query, limit, cursor });
    for (const [index, value] of (await load(keys.items)).entries()) {
      if (value === null) continue;
      items.push(value);
      if (items.length < query.limit) continue;
      const more = index + 1 < keys.items.length || keys.nextCursor !== null;
      return { items, nextCursor: more ? (keys.items[index]?.cursor ?? null) : null };
    }
    if (keys.nextCursor === null) return { items, nextCursor: null };
    cursor = keys.nextCursor;
  }
  return { items, nextCursor: cursor ?? null };
}

/** One page of an index's keys, each with the cursor to go on after it. */
export async function listKeys(
  store: Store,
  { partitions, ...query }: ListQuery,
): Promise<Listed<Key & { cursor: string }>> {
  const [, order] = names[query.index];
  const pages = await Promise.all(partitions.map((partition) => queryKeys(store, partition, query)));
  const found = pages.flatMap(({ items }) => items);
  const later = query.newestFirst === true ? -1 : 1;
  if (pages.length > 1) found.sort((a, b) => (String(a[order]) > String(b[order]) ? later : -later));
  const items = found
    .slice(0, query.limit)
    .map((item) => ({ pk: String(item.pk), sk: String(item.sk), cursor: cursorAt(item, order) }));
  const more = found.length > items.length || pages.some(({ last }) => last !== undefined);
  return { items, nextCursor: more ? (items.at(-1)?.cursor ?? null) : null };
}

async function queryKeys(
  store: Store,
  partition: string,
  query: Omit<ListQuery, "partitions">,
): Promise<{ items: Item[]; last: Item | undefined }> {
  const [pk, sk] = names[query.index];
  const { Items, LastEvaluatedKey } = await store.client.send(
    new QueryCommand({
      TableName: store.tables.core,
      IndexName: query.index,
      KeyConditionExpression: query.from === undefined ? "#pk = :pk" : "#pk = :pk AND #sk >= :from",
      ExpressionAttributeNames: query.from === undefined ? { "#pk": pk } : { "#pk": pk, "#sk": sk },
      ExpressionAttributeValues: {
        ":pk": partition,
        ...(query.from === undefined ? {} : { ":from": query.from }),
      },
      ScanIndexForward: query.newestFirst !== true,
      Limit: query.limit,
      ExclusiveStartKey: startAt(query, { [pk]: partition }, sk),
    }),
  );
  return { items: Items ?? [], last: LastEvaluatedKey };
}

const cursorAt = (key: Item, order: string): string => encodeCursor(String(key.pk), String(key.sk), String(key[order]));

/**
 * Where a page begins. DynamoDB refuses a start key outside the range that is asked for, which no list of ours writes
 * into a cursor: one that was tampered with begins from the first.
 */
function startAt({ cursor, from = "" }: Omit<ListQuery, "partitions">, partition: Item, order: string) {
  const [pk, sk, place] = decodeCursor(cursor) ?? [];
  return place === undefined || place < from ? undefined : { pk, sk, ...partition, [order]: place };
}

/** The items behind keys, in the keys' order, for each time that one is named; what is gone is left out. At most 100. */
export async function readItems(store: Store, wanted: Key[], table = store.tables.core): Promise<Item[]> {
  const found = new Map<string, Item>();
  if (wanted.length === 0) return [];
  // DynamoDB refuses a call that names a key twice.
  const once = new Map(wanted.map(({ pk, sk }) => [`${pk} ${sk}`, { pk, sk }]));
  let missing: Item[] = [...once.values()];
  for (let attempt = 0; missing.length > 0; attempt++) {
    if (attempt === 6) throw new Error("the items could not be read: the table keeps throttling");
    if (attempt > 0) await store.sleep(store.random() * 50 * 2 ** attempt);
    const { Responses, UnprocessedKeys } = await store.client.send(
      new BatchGetCommand({ RequestItems: { [table]: { Keys: missing, ConsistentRead: true } } }),
    );
    for (const item of Responses?.[table] ?? []) found.set(`${item.pk} ${item.sk}`, item);
    missing = UnprocessedKeys?.[table]?.Keys ?? [];
  }
  return wanted.flatMap(({ pk, sk }) => {
    const item = found.get(`${pk} ${sk}`);
    return item === undefined ? [] : [item];
  });
}
