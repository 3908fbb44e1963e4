import { GetCommand, QueryCommand } from "@aws-sdk/lib-dynamodb";
import type { JournalEntry, PostedEntry } from "@clearing/domain/ledger";
import { type Instant, later, plusSeconds } from "@clearing/domain/time";
import { commit, settledAfterSeconds } from "./commit.ts";
import { journalPut } from "./facts.ts";
import type { Item } from "./items.ts";
import type { Store } from "./store.ts";

/** Posts entries that belong to no booking, each on its own: what is posted already stays as it is (I4). */
export async function postOnce(
  store: Store,
  entries: JournalEntry[],
): Promise<{ ok: true } | { ok: false; reason: "conflict" }> {
  for (const entry of entries) {
    const result = await commit(store, [journalPut(store, entry)]);
    if (!result.ok && result.reason === "conflict") return { ok: false, reason: "conflict" };
  }
  return { ok: true };
}

/**
 * Where a Stripe charge was credited when it was posted: to a booking, or to none (`suspense`). Null for a charge that
 * was never posted. Read consistently, by the charge's own id: what its metadata says now does not matter any more.
 */
export async function readCredit(store: Store, chargeId: string): Promise<{ bookingId: string | null } | null> {
  const Key = { pk: `JE#payment:${chargeId}`, sk: "ENTRY" };
  const { Item } = await store.client.send(
    new GetCommand({ TableName: store.tables.ledger, Key, ConsistentRead: true }),
  );
  return Item === undefined ? null : { bookingId: (Item.bookingPk as string | undefined) ?? null };
}

const toEntry = ({ id, reference, postedAt, effectiveOn, currency, postings }: Item): PostedEntry =>
  ({ id, reference, postedAt, effectiveOn, currency, postings }) as PostedEntry;

async function* pages(
  store: Store,
  query: { IndexName: string; key: string; value: string; name: string; from: string; to: string },
) {
  // DynamoDB takes a range that ends before it begins for a mistake, where it is merely empty.
  if (query.from > query.to) return;
  let start: Item | undefined;
  do {
    const page = await store.client.send(
      new QueryCommand({
        TableName: store.tables.ledger,
        IndexName: query.IndexName,
        KeyConditionExpression: "#pk = :pk AND #sk BETWEEN :from AND :to",
        ExpressionAttributeNames: { "#pk": query.key, "#sk": query.name },
        ExpressionAttributeValues: { ":pk": query.value, ":from": query.from, ":to": `${query.to}~` },
        ExclusiveStartKey: start,
      }),
    );
    yield* (page.Items ?? []).map(toEntry);
    start = page.LastEvaluatedKey;
  } while (start !== undefined);
}

/** A booking's entries in the order of their posting, between two instants, both inclusive. */
export function bookingEntries(
  store: Store,
  bookingId: string,
  from: Instant,
  to: Instant,
): AsyncIterable<PostedEntry> {
  return pages(store, { IndexName: "byBooking", key: "bookingPk", value: bookingId, name: "bookingSk", from, to });
}

/** All entries posted between two instants, both inclusive, in the order of their posting, month by month. */
export async function* entriesBetween(store: Store, from: Instant, to: Instant): AsyncIterable<PostedEntry> {
  for (const month of months(from, to)) {
    yield* pages(store, { IndexName: "byMonth", key: "monthPk", value: `MONTH#${month}`, name: "monthSk", from, to });
  }
}

function* months(from: Instant, to: Instant): Iterable<string> {
  const last = to.slice(0, 7);
  for (let month = from.slice(0, 7); month <= last; month = nextMonth(month)) yield month;
}

function nextMonth(month: string): string {
  const [year = 0, number = 0] = month.split("-").map(Number);
  return number === 12 ? `${year + 1}-01` : `${year}-${String(number + 1).padStart(2, "0")}`;
}

/** Waits until all that was posted up to an instant of the past is to be seen: some seconds at the most. */
export async function whenSettled(store: Store, instant: Instant): Promise<void> {
  const left = Date.parse(plusSeconds(instant, settledAfterSeconds)) - Date.parse(store.clock.now());
  if (left > 0) await store.sleep(left);
}

type Span = { bookingId?: string | undefined; from: Instant; to: Instant };

const placeOf = ({ postedAt, id }: PostedEntry): string => `${postedAt}#${id}`;

/**
 * At most `limit` entries of a span after a place (`postedAt#id`, "" for the beginning), in the order of posting, and
 * the place to go on from; null when the span's end was reached. A place is handed out only once nothing can be posted
 * before it any more: an entry is stamped before it is to be seen, so the last seconds are left to the next page. Where nothing
 * else is left it waits for them.
 */
export async function journalPage(
  store: Store,
  span: Span,
  { limit, after }: { limit: number; after: string },
  settledAfter = settledAfterSeconds,
): Promise<{ items: PostedEntry[]; next: string | null }> {
  const read = () => entriesAfter(store, span, { limit, after });
  const items = await read();
  const last = items[limit - 1];
  if (items.length <= limit || last === undefined) return { items, next: null };
  const settled = plusSeconds(store.clock.now(), -settledAfter);
  const ripe = items.slice(0, limit).filter(({ postedAt }) => postedAt <= settled);
  const ready = ripe.at(-1);
  if (ready !== undefined) return { items: ripe, next: placeOf(ready) };
  await whenSettled(store, last.postedAt);
  const then = (await read()).slice(0, limit);
  return { items: then, next: placeOf(then.at(-1) ?? last) };
}

async function entriesAfter(
  store: Store,
  { bookingId, from, to }: Span,
  { limit, after }: { limit: number; after: string },
): Promise<PostedEntry[]> {
  const start = later(from, after.slice(0, after.indexOf("#")));
  const all = bookingId === undefined ? entriesBetween(store, start, to) : bookingEntries(store, bookingId, start, to);
  const items: PostedEntry[] = [];
  for await (const entry of all) {
    if (placeOf(entry) <= after) continue;
    items.push(entry);
    if (items.length > limit) break;
  }
  return items;
}

/** No ledger is older than the product: twelve small reads a year are cheaper than keeping track of the first entry. */
export const ledgerBegins: Instant = "2026-01-01T00:00:00Z";
