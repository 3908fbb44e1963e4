import type { JournalEntry, PostedEntry } from "@clearing/domain/ledger";
import { addMonths, type Instant, later } from "@clearing/domain/time";
import { journalWrites } from "./append-only.ts";
import { commit } from "./commit.ts";
import type { Item } from "./items.ts";
import { readItem } from "./read.ts";
import { shardsOf } from "./shards.ts";
import { type StampedRange, stampedItems, stampedPage } from "./stamped.ts";
import type { Store } from "./store.ts";

/**
 * Posts entries that belong to no booking, one transaction each. An entry that is posted already stays unchanged (I4).
 */
export async function postOnce(
  store: Store,
  entries: JournalEntry[],
): Promise<{ ok: true } | { ok: false; reason: "conflict" }> {
  for (const entry of entries) {
    const result = await commit(store, journalWrites(store, [entry]));
    if (!result.ok && result.reason === "conflict") return { ok: false, reason: "conflict" };
  }
  return { ok: true };
}

/**
 * Where a posted Stripe charge was credited: to a booking, or to none (`bookingId: null`, `suspense`). Null if the
 * charge was never posted. Consistent read by the charge's id, because the charge's metadata may have changed since.
 */
export async function readCredit(store: Store, chargeId: string): Promise<{ bookingId: string | null } | null> {
  const key = { pk: `JE#payment:${chargeId}`, sk: "ENTRY", table: store.tables.ledger };
  return readItem(store, key, ({ bookingPk }) => ({ bookingId: (bookingPk as string | undefined) ?? null }));
}

const toEntry = ({ id, reference, postedAt, effectiveOn, currency, postings }: Item): PostedEntry =>
  ({ id, reference, postedAt, effectiveOn, currency, postings }) as PostedEntry;

type Range = { from: string; to: Instant };

async function* entriesOf(
  store: Store,
  index: Pick<StampedRange, "IndexName" | "partitions" | "place">,
  { from, to }: Range,
): AsyncIterable<PostedEntry> {
  for await (const item of stampedItems(store, { TableName: store.tables.ledger, ...index, from, to })) {
    yield toEntry(item);
  }
}

/** A booking's entries in the order of posting, between two instants or places, both inclusive. */
export function bookingEntries(
  store: Store,
  bookingId: string,
  from: Instant,
  to: Instant,
): AsyncIterable<PostedEntry> {
  const partitions = { name: "bookingPk", values: [bookingId] };
  return entriesOf(store, { IndexName: "byBooking", partitions, place: "bookingSk" }, { from, to });
}

/** All entries between two instants or places, both inclusive, in the order of posting, month by month. */
export async function* entriesBetween(store: Store, from: Instant, to: Instant): AsyncIterable<PostedEntry> {
  for (const month of months(from, to)) {
    const partitions = { name: "monthPk", values: shardsOf(`MONTH#${month}`) };
    yield* entriesOf(store, { IndexName: "byMonth", partitions, place: "monthSk" }, { from, to });
  }
}

function* months(from: Instant, to: Instant): Iterable<string> {
  const last = to.slice(0, 7);
  for (let first = `${from.slice(0, 7)}-01`; first.slice(0, 7) <= last; first = addMonths(first, 1)) {
    yield first.slice(0, 7);
  }
}

type Span = { bookingId?: string | undefined; from: Instant; to: Instant };

/**
 * One page of a span's entries in the order of posting. `next` is the place (`postedAt#id`) to continue from; see
 * `stampedPage`.
 */
export function journalPage(
  store: Store,
  { bookingId, from, to }: Span,
  page: { limit: number; after: string },
  settledAfter?: number,
): Promise<{ items: PostedEntry[]; next: string | null }> {
  const read = (after: string) => {
    const start = later(from, after);
    return bookingId === undefined ? entriesBetween(store, start, to) : bookingEntries(store, bookingId, start, to);
  };
  return stampedPage(store, { read, placeOf: ({ postedAt, id }) => `${postedAt}#${id}` }, page, settledAfter);
}

/** No ledger is older than the product. Twelve small reads a year are cheaper than tracking the first entry. */
export const ledgerBegins: Instant = "2026-01-01T00:00:00Z";
