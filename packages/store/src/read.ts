import {
  BatchGetCommand,
  GetCommand,
  QueryCommand,
  type QueryCommandInput,
  ScanCommand,
  type ScanCommandInput,
} from "@aws-sdk/lib-dynamodb";
import { Failure } from "@clearing/domain/failure";
import type { Item } from "./items.ts";
import { pause } from "./retry.ts";
import type { Store } from "./store.ts";

export type Key = { pk: string; sk: string };

/** One item, read consistently and converted by `parse`; null if it does not exist. */
export async function readItem<Value>(
  store: Store,
  { table: TableName = store.tables.core, ...key }: Key & { table?: string },
  parse: (item: Item) => Value,
): Promise<Value | null> {
  const { Item } = await store.client.send(new GetCommand({ TableName, Key: key, ConsistentRead: true }));
  return Item === undefined ? null : parse(Item);
}

/**
 * All items of a query in order, read page by page as far as the caller iterates. `Limit` bounds the first page,
 * `furtherLimit` the others.
 */
export async function* queryItems(
  store: Store,
  query: QueryCommandInput,
  furtherLimit = query.Limit,
): AsyncIterable<Item> {
  const pages = pagesOf((after) =>
    store.client.send(new QueryCommand(after ? { ...query, Limit: furtherLimit, ExclusiveStartKey: after } : query)),
  );
  for await (const items of pages) yield* items;
}

/** The pages of a table scan, unordered, read as far as the caller iterates. A filter can leave a page empty. */
export const scanPages = (store: Store, scan: ScanCommandInput): AsyncIterable<Item[]> =>
  pagesOf((after) => store.client.send(new ScanCommand(after ? { ...scan, ExclusiveStartKey: after } : scan)));

type Page = { Items?: Item[] | undefined; LastEvaluatedKey?: Item | undefined };

async function* pagesOf(readAfter: (lastKey: Item | undefined) => Promise<Page>): AsyncIterable<Item[]> {
  let last: Item | undefined;
  do {
    const { Items = [], LastEvaluatedKey } = await readAfter(last);
    yield Items;
    last = LastEvaluatedKey;
  } while (last !== undefined);
}

const throttledPauses = { firstMs: 100, longestMs: 1_600 };

/**
 * The items of some keys (at most 100 distinct), in the order of the keys; a repeated key repeats its item. Missing
 * items are left out. Consistent read.
 */
export async function readItems(store: Store, wanted: Key[], table = store.tables.core): Promise<Item[]> {
  const found = new Map<string, Item>();
  if (wanted.length === 0) return [];
  // DynamoDB rejects a batch that names a key twice.
  const once = new Map(wanted.map(({ pk, sk }) => [`${pk} ${sk}`, { pk, sk }]));
  let missing: Item[] = [...once.values()];
  for (let calls = 0; missing.length > 0; calls++) {
    if (calls === 6) throw new Failure("reading items failed: dynamodb keeps throttling");
    if (calls > 0) await pause(store, calls, throttledPauses);
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
