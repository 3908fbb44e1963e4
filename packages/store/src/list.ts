import { decodeCursor, encodeCursor } from "@clearing/contracts/cursor";
import type { Item } from "./items.ts";
import { merged } from "./merge.ts";
import { type Key, queryItems } from "./read.ts";
import type { Store } from "./store.ts";

export type Listed<Value> = { items: Value[]; nextCursor: string | null };

/** Partitions of an index, read as one list. */
type Partitions = { index: keyof typeof names; partitions: string[] };

/** What to list. `also` merges partitions of another index into the list. */
export type ListQuery = Partitions & {
  also?: Partitions;
  from?: string | undefined;
  to?: string | undefined;
  newestFirst?: boolean;
  limit: number;
  cursor?: string | undefined;
};

const names = {
  byList: ["listPk", "listSk"],
  byStatus: ["statusPk", "statusSk"],
  byOwner: ["ownerPk", "ownerSk"],
  byCohort: ["cohortPk", "cohortSk"],
  byQueue: ["queuePk", "queueSk"],
  byParticipant: ["participantPk", "participantSk"],
} as const;

const keysAtOnce = 50;
const mostKeys = 1_000;

/**
 * One page of what an index lists. `load` returns null for an item that is filtered out or gone; later items fill its
 * place. A page is shorter than `limit`, with a cursor, if a full page would need more than 1,000 keys.
 */
export async function list<Value>(
  store: Store,
  query: ListQuery,
  load: (keys: Key[]) => Promise<(Value | null)[]>,
): Promise<Listed<Value>> {
  const items: Value[] = [];
  const keys = listedKeys(store, query)[Symbol.asyncIterator]();
  let next = await keys.next();
  for (let read = 0; next.done !== true; ) {
    const batch: Listing[] = [];
    const wanted = read === 0 ? Math.min(query.limit, keysAtOnce) : keysAtOnce;
    for (; next.done !== true && batch.length < wanted; next = await keys.next()) batch.push(next.value);
    read += batch.length;
    for (const [index, value] of (await load(batch)).entries()) {
      if (value === null) continue;
      items.push(value);
      if (items.length < query.limit) continue;
      const more = index + 1 < batch.length || next.done !== true;
      return { items, nextCursor: more ? cursorAt(batch[index]) : null };
    }
    if (read >= mostKeys && next.done !== true) return { items, nextCursor: cursorAt(batch.at(-1)) };
  }
  return { items, nextCursor: null };
}

/** A key of the table with its place in the index. */
type Listing = Key & { place: string };

/**
 * The keys that an index lists, in order, without duplicates. `limit` is how many the reader probably takes. An item
 * that moves between partitions during the read may appear in both.
 */
export async function* listedKeys(store: Store, query: ListQuery): AsyncIterable<Listing> {
  const sources = query.also === undefined ? [query] : [query, query.also];
  const partitions = sources.flatMap((of) => of.partitions.map((partition) => ({ index: of.index, partition })));
  // Twice an even share, so that one round of queries usually fills a page.
  const share = Math.min(query.limit, Math.ceil((2 * query.limit) / partitions.length), keysAtOnce);
  const all = merged(
    partitions.map((partition) => keysIn(store, partition, query, share)),
    ({ place }) => place,
    { newestFirst: query.newestFirst },
  );
  let before: Listing | undefined;
  for await (const listing of all) {
    if (before?.place !== listing.place || before.pk !== listing.pk) yield listing;
    before = listing;
  }
}

type Paging = Omit<ListQuery, keyof Partitions | "also">;

async function* keysIn(
  store: Store,
  { index, partition }: { index: Partitions["index"]; partition: string },
  query: Paging,
  share: number,
): AsyncIterable<Listing> {
  const [pk, sk] = names[index];
  const items = queryItems(
    store,
    {
      TableName: store.tables.core,
      IndexName: index,
      ...rangeOf(query, { pk, sk, partition }),
      ScanIndexForward: query.newestFirst !== true,
      Limit: share,
      ExclusiveStartKey: startAt(query, { [pk]: partition }, sk),
    },
    keysAtOnce,
  );
  for await (const item of items) yield { pk: String(item.pk), sk: String(item.sk), place: String(item[sk]) };
}

/** The query of one partition's keys between `from` and `to`, both inclusive. */
function rangeOf({ from, to }: Pick<ListQuery, "from" | "to">, at: { pk: string; sk: string; partition: string }) {
  const bounded = from !== undefined || to !== undefined;
  return {
    KeyConditionExpression: bounded ? "#pk = :pk AND #sk BETWEEN :from AND :to" : "#pk = :pk",
    ExpressionAttributeNames: bounded ? { "#pk": at.pk, "#sk": at.sk } : { "#pk": at.pk },
    ExpressionAttributeValues: {
      ":pk": at.partition,
      // All our keys sort between a space and a tilde.
      ...(bounded ? { ":from": from ?? " ", ":to": to ?? "~" } : {}),
    },
  };
}

const cursorAt = (listing: Listing | undefined): string | null =>
  listing === undefined ? null : encodeCursor(listing.pk, listing.sk, listing.place);

/**
 * The start key of a page. DynamoDB rejects a start key outside the requested range. Our cursors never contain one, so
 * a cursor that was tampered with starts from the first page.
 */
function startAt({ cursor, from = "", to = "~" }: Paging, partition: Item, order: string): Item | undefined {
  const [pk, sk, place] = decodeCursor(cursor) ?? [];
  return place === undefined || place < from || place > to ? undefined : { pk, sk, ...partition, [order]: place };
}
