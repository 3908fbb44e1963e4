import { type Instant, plusSeconds } from "@clearing/domain/time";
import { settledAfterSeconds } from "./commit.ts";
import type { Item } from "./items.ts";
import { merged } from "./merge.ts";
import { queryItems } from "./read.ts";
import type { Store } from "./store.ts";

/** An item's place in a list ordered by commit instants: `<instant>#<id that orders items of one second>`. */
type StampedPlace = string;

const stampIn = (place: StampedPlace): Instant => place.slice(0, place.indexOf("#"));

/**
 * Partitions of a place-ordered index, read as one. `from` and `to` are dates, instants or whole places, both
 * inclusive.
 */
export type StampedRange = {
  TableName: string;
  IndexName: string;
  partitions: { name: string; values: string[] };
  place: string;
  from: string;
  to: string;
  /** The maximum number of items per query of a partition; undefined leaves it to DynamoDB. */
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
  // DynamoDB rejects a range that ends before it starts; here such a range is simply empty.
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

/** Waits, a few seconds at most, until everything stamped up to a past instant is visible. */
export async function whenSettled(store: Store, instant: Instant): Promise<void> {
  const left = Date.parse(plusSeconds(instant, settledAfterSeconds)) - Date.parse(store.clock.now());
  if (left > 0) await store.sleep(left);
}

/** A list in the order of its items' places. `read` starts at a place, inclusive. */
type StampedList<Value> = {
  read(from: StampedPlace): AsyncIterable<Value>;
  placeOf(value: Value): StampedPlace;
};

/**
 * At most `limit` items of a list after a place ("" for the beginning), and the place to continue from; null at the end
 * of the list. Items are stamped before they become visible, so a place is returned only once no item can appear before
 * it: the items of the last seconds are left to the next page. If a page has only such items, it waits for them to
 * settle.
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
  // Computed before the read, because the read takes time: an item that becomes visible meanwhile can be behind the
  // read position.
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
