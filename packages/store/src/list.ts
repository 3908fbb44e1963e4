import { decodeCursor, encodeCursor } from "@clearing/contracts/cursor";
import type { Item } from "./items.ts";
import { merged } from "./merge.ts";
import { type Key, queryItems } from "./read.ts";
import type { Store } from "./store.ts";

export type Listed<Value> = { items: Value[]; nextCursor: string | null };

/** Partitions of an index; several are read as if they were one. */
type Partitions = { index: keyof typeof names; partitions: string[] };

/** What to list; partitions of another index may be read with the first as one list. */
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
 * One page of what an index lists, as long as was asked for: what `load` leaves out (null), filtered or gone, is made up
 * for by what follows. It is shorter, with a cursor to go on from, where more than 1,000 keys would have to be read.
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

/** A key of the table, and its place in the index that lists it. */
type Listing = Key & { place: string };

/**
 * The keys that an index lists, in its order, each once; `limit` says how many the reader is likely to take. What moves
 * from one partition to another meanwhile may be seen in both.
 */
export async function* listedKeys(store: Store, query: ListQuery): AsyncIterable<Listing> {
  const sources = query.also === undefined ? [query] : [query, query.also];
  const partitions = sources.flatMap((of) => of.partitions.map((partition) => ({ index: of.index, partition })));
  // Twice an even share, so that one round of queries mostly gives a page.
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

/** A partition's keys between `from` and `to`, both inclusive, as DynamoDB is asked for them. */
function rangeOf({ from, to }: Pick<ListQuery, "from" | "to">, at: { pk: string; sk: string; partition: string }) {
  const bounded = from !== undefined || to !== undefined;
  return {
    KeyConditionExpression: bounded ? "#pk = :pk AND #sk BETWEEN :from AND :to" : "#pk = :pk",
    ExpressionAttributeNames: bounded ? { "#pk": at.pk, "#sk": at.sk } : { "#pk": at.pk },
    ExpressionAttributeValues: {
      ":pk": at.partition,
      // No key that we write is before a space or past a tilde.
      ...(bounded ? { ":from": from ?? " ", ":to": to ?? "~" } : {}),
    },
  };
}

const cursorAt = (listing: Listing | undefined): string | null =>
  listing === undefined ? null : encodeCursor(listing.pk, listing.sk, listing.place);

/**
 * Where a page begins. DynamoDB refuses a start key outside the range that is asked for, which no list of ours writes
 * into a cursor: one that was tampered with begins from the first.
 */
function startAt({ cursor, from = "", to = "~" }: Paging, partition: Item, order: string): Item | undefined {
  const [pk, sk, place] = decodeCursor(cursor) ?? [];
  return place === undefined || place < from || place > to ? undefined : { pk, sk, ...partition, [order]: place };
}
