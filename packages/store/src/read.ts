import { BatchGetCommand, QueryCommand } from "@aws-sdk/lib-dynamodb";
import { decodeCursor, encodeCursor } from "@clearing/contracts/cursor";
import type { Item } from "./items.ts";
import type { Store } from "./store.ts";

export type Listed<Value> = { items: Value[]; nextCursor: string | null };

type Key = { pk: string; sk: string };
type IndexQuery = {
  index: "byList" | "byOwner" | "byCohort";
  partition: string;
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

/** One page of an index's keys; `cursor` is the place where the last page ended, opaque to its reader. */
export async function listKeys(store: Store, query: IndexQuery): Promise<Listed<Key>> {
  const { items, last } = await queryKeys(store, query);
  return {
    items: items.map(keyOf),
    nextCursor: last === undefined ? null : cursorAt(last, names[query.index][1]),
  };
}

/**
 * One page over several partitions of an index as if they were one, newest first. A place in the order is a place in
 * each of them, so that one cursor serves all.
 */
export async function listKeysOf(
  store: Store,
  partitions: string[],
  query: Omit<IndexQuery, "partition" | "from" | "newestFirst">,
): Promise<Listed<Key>> {
  const [, order] = names[query.index];
  const pages = await Promise.all(
    partitions.map((partition) => queryKeys(store, { ...query, partition, newestFirst: true })),
  );
  const newestFirst = pages
    .flatMap(({ items }) => items)
    .sort((a, b) => (String(a[order]) < String(b[order]) ? 1 : -1));
  const items = newestFirst.slice(0, query.limit);
  const last = items.at(-1);
  const more = newestFirst.length > items.length || pages.some((page) => page.last !== undefined);
  return { items: items.map(keyOf), nextCursor: more && last !== undefined ? cursorAt(last, order) : null };
}

const keyOf = ({ pk, sk }: Item): Key => ({ pk: String(pk), sk: String(sk) });

async function queryKeys(store: Store, query: IndexQuery): Promise<{ items: Item[]; last: Item | undefined }> {
  const [pk, sk] = names[query.index];
  const { Items, LastEvaluatedKey } = await store.client.send(
    new QueryCommand({
      TableName: store.tables.core,
      IndexName: query.index,
      KeyConditionExpression: query.from === undefined ? "#pk = :pk" : "#pk = :pk AND #sk >= :from",
      ExpressionAttributeNames: query.from === undefined ? { "#pk": pk } : { "#pk": pk, "#sk": sk },
      ExpressionAttributeValues: {
        ":pk": query.partition,
        ...(query.from === undefined ? {} : { ":from": query.from }),
      },
      ScanIndexForward: query.newestFirst !== true,
      Limit: query.limit,
      ExclusiveStartKey: startAt(query.cursor, { [pk]: query.partition }, sk),
    }),
  );
  return { items: Items ?? [], last: LastEvaluatedKey };
}

const cursorAt = (key: Item, order: string): string => encodeCursor(String(key.pk), String(key.sk), String(key[order]));

/** A cursor of another list begins from the first: within a list's own partition no key of a reader's does harm. */
function startAt(cursor: string | undefined, partition: Item, order: string): Item | undefined {
  const [pk, sk, place] = decodeCursor(cursor) ?? [];
  return place === undefined ? undefined : { pk, sk, ...partition, [order]: place };
}

/** The items behind keys, in the keys' order; what is gone meanwhile is left out. At most 100. */
export async function readItems(
  store: Store,
  wanted: { pk: string; sk: string }[],
  table = store.tables.core,
): Promise<Item[]> {
  const found = new Map<string, Item>();
  if (wanted.length === 0) return [];
  let missing: Item[] = wanted.map(({ pk, sk }) => ({ pk, sk }));
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
