import { type Instant, plusSeconds } from "@clearing/domain/time";
import { settledAfterSeconds } from "./commit.ts";
import type { Item } from "./items.ts";
import { merged } from "./merge.ts";
import { queryItems } from "./read.ts";
import type { Store } from "./store.ts";

/** Where an item stands in a list by the instants of commits: `<instant>#<what tells items of one second apart>`. */
type StampedPlace = string;

const stampIn = (place: StampedPlace): Instant => place.slice(0, place.indexOf("#"));

/** Partitions of an index by places, read as one. `from` and `to` are dates, instants or whole places, both inclusive. */
export type StampedRange = {
  TableName: string;
  IndexName: string;
  partitions: { name: string; values: string[] };
  place: string;
  from: string;
  to: string;
  /** The most items that are read of one partition at once; without it as many as DynamoDB gives. */
  atOnce?: number;
};

/** The index's items in the order of their places. */
export function stampedItems(store: Store, range: StampedRange): AsyncIterable<Item> {
  const lists = range.partitions.values.map((partition) => itemsIn(store, partition, range));
  return merged(lists, (item) => String(item[range.place]));
}

async function* itemsIn(store: Store, partition: string, range: StampedRange): AsyncIterable<Item> {
  const { TableName, IndexName, partitions, place, from } = range;
  const to = `${range.to}~`;
  // DynamoDB takes a range that ends before it begins for a mistake, where it is merely empty.
  if (from > to) return;
  yield* queryItems(store, {
    TableName,
    IndexName,
    KeyConditionExpression: "#pk = :pk AND #sk BETWEEN :from AND :to",
    ExpressionAttributeNames: { "#pk": partitions.name, "#sk": place },
    ExpressionAttributeValues: { ":pk": partition, ":from": from, ":to": to },
    Limit: range.atOnce,
  });
}

/** Waits until all that was stamped up to an instant of the past is to be seen: some seconds at the most. */
export async function whenSettled(store: Store, instant: Instant): Promise<void> {
  const left = Date.parse(plusSeconds(instant, settledAfterSeconds)) - Date.parse(store.clock.now());
  if (left > 0) await store.sleep(left);
}

/** A list in the order of its items' places; `read` begins at a place, or with what follows it. */
type StampedList<Value> = {
  read(from: StampedPlace): AsyncIterable<Value>;
  placeOf(value: Value): StampedPlace;
};

/**
 * At most `limit` items of a list after a place ("" for the beginning), and the place to go on from; null when the
 * list's end was reached. A place is handed out only once nothing can be written before it any more: an item is stamped
 * before it is to be seen, so the last seconds are left to the next page. Where nothing else is left it waits for them.
 */
export async function stampedPage<Value>(
  store: Store,
  { read, placeOf }: StampedList<Value>,
  { limit, after }: { limit: number; after: StampedPlace },
  settledAfter = settledAfterSeconds,
): Promise<{ items: Value[]; next: StampedPlace | null }> {
  const readAfter = async () => {
    const items: Value[] = [];
    for await (const value of read(after)) {
      if (placeOf(value) <= after) continue;
      items.push(value);
      if (items.length > limit) break;
    }
    return items;
  };
  // Before the reading, which takes time itself: what became visible during it may have been passed already.
  const settled = plusSeconds(store.clock.now(), -settledAfter);
  const items = await readAfter();
  const last = items[limit - 1];
  if (items.length <= limit || last === undefined) return { items, next: null };
  const ripe = items.slice(0, limit).filter((value) => stampIn(placeOf(value)) <= settled);
  const ready = ripe.at(-1);
  if (ready !== undefined) return { items: ripe, next: placeOf(ready) };
  await whenSettled(store, stampIn(placeOf(last)));
  const then = (await readAfter()).slice(0, limit);
  return { items: then, next: placeOf(then.at(-1) ?? last) };
}
