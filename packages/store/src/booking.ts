import { type Actor, chain } from "@clearing/domain/audit";
import type { Attempt, Booking } from "@clearing/domain/booking";
import type { DomainEvent } from "@clearing/domain/event";
import type { JournalEntry } from "@clearing/domain/ledger";
import type { Clearance } from "@clearing/domain/screening";
import type { Instant } from "@clearing/domain/time";
import { bookingListKeys } from "./booking-lists.ts";
import { clearanceIn } from "./clearance.ts";
import type { Guarded } from "./commit.ts";
import { auditPut, journalWrites, outboxPut } from "./facts.ts";
import { fromDeadlineItem, type Item, toDeadlineItem } from "./items.ts";
import { bookingIdIn, keys } from "./keys.ts";
import { type Listed, type ListQuery, list } from "./list.ts";
import { queryItems, readItem, readItems } from "./read.ts";

import { queueKeys } from "./screening-queue.ts";
import type { Store } from "./store.ts";
import { readTogether } from "./together.ts";
import { isVersion } from "./version.ts";

function bookingItem(booking: Booking): Item {
  return {
    ...toDeadlineItem(booking, "BOOKING", keys.booking(booking.id)),
    ...bookingListKeys(booking),
    ...queueKeys(booking),
  };
}

/** Reads a booking consistently, or null. */
export async function readBooking(store: Store, id: string): Promise<Booking | null> {
  return readItem(store, keys.booking(id), fromDeadlineItem<Booking>);
}

/** Several bookings, read consistently, by their ids; those that do not exist are left out. At most 100. */
export async function readBookings(store: Store, ids: string[]): Promise<Map<string, Booking>> {
  const items = await readItems(store, ids.map(keys.booking));
  return new Map(items.map((item) => [bookingIdIn({ pk: String(item.pk) }), fromDeadlineItem<Booking>(item)]));
}

/** What decides on a booking: itself and its clearance. */
export type BookingFile = { booking: Booking; clearance: Clearance | null };

/** Bookings with their clearances, in the order asked for; ids that do not exist are left out. At most 100. */
async function readFiles(store: Store, ids: string[]): Promise<BookingFile[]> {
  const items = await Promise.all([
    readItems(store, ids.map(keys.booking)),
    readItems(store, ids.map(keys.clearance), store.tables.clearance),
  ]);
  const found = new Map(items.flat().map((item) => [String(item.pk), item]));
  return ids.flatMap((id) => {
    const booking = found.get(keys.booking(id).pk);
    if (booking === undefined) return [];
    const clearance = found.get(keys.clearance(id).pk);
    return [
      {
        booking: fromDeadlineItem<Booking>(booking),
        clearance: clearance === undefined ? null : fromDeadlineItem<Clearance>(clearance),
      },
    ];
  });
}

/** One page of the bookings of an index, with their clearances, that `keep` keeps. */
export const listFiles = (
  store: Store,
  query: ListQuery,
  keep: (file: BookingFile) => boolean,
): Promise<Listed<BookingFile>> =>
  list(store, query, async (found) => {
    const ids = found.map(bookingIdIn);
    const files = new Map((await readFiles(store, ids)).map((file) => [file.booking.id, file]));
    return ids.map((id) => {
      const file = files.get(id);
      return file !== undefined && keep(file) ? file : null;
    });
  });

/** One booking with its clearance, as they were at one instant. */
export async function readFile(store: Store, id: string): Promise<BookingFile | null> {
  const found = await readTogether(store, { booking: keys.booking(id), clearance: clearanceIn(store, id) });
  if (found.booking === null) return null;
  return {
    booking: fromDeadlineItem<Booking>(found.booking),
    clearance: found.clearance && fromDeadlineItem<Clearance>(found.clearance),
  };
}

/**
 * A booking with its clearance and the attempt that `named` finds in it, as they were at one instant. The booking may
 * have changed since `named` saw it: the caller looks whether it still names that attempt.
 */
export async function readFileWith(
  store: Store,
  id: string,
  named: (booking: Booking) => string | null,
): Promise<(BookingFile & { attempt: Attempt | null }) | null> {
  const file = await readFile(store, id);
  const attemptId = file && named(file.booking);
  if (file === null || attemptId === null) return file && { ...file, attempt: null };
  const found = await readTogether(store, {
    booking: keys.booking(id),
    clearance: clearanceIn(store, id),
    attempt: keys.attempt(id, attemptId),
  });
  if (found.booking === null) return null;
  return {
    booking: fromDeadlineItem<Booking>(found.booking),
    clearance: found.clearance && fromDeadlineItem<Clearance>(found.clearance),
    attempt: found.attempt && fromDeadlineItem<Attempt>(found.attempt),
  };
}

/** Everything under one booking, or what has a key that begins so; consistently, and without the booking itself. */
export async function readChildren(store: Store, bookingId: string, prefix?: "ATT#" | "CHG#"): Promise<Item[]> {
  const { pk, sk } = keys.booking(bookingId);
  const found = queryItems(store, {
    TableName: store.tables.core,
    KeyConditionExpression: prefix === undefined ? "pk = :pk" : "pk = :pk AND begins_with(sk, :prefix)",
    ExpressionAttributeValues: { ":pk": pk, ...(prefix === undefined ? {} : { ":prefix": prefix }) },
    ConsistentRead: true,
  });
  const items = await Array.fromAsync(found);
  return items.filter((item) => item.sk !== sk);
}

type Change = { booking: Booking; events: DomainEvent[]; journal: JournalEntry[] };

export type Occasion = { actor: Actor; action: string; now: Instant };

/** What the audit log keeps of a booking: statuses, amounts and dates, never a name or an address. */
export const audited = ({
  status,
  participation,
  placeId,
  paid,
  refunded,
  autopay,
  holdExpiresAt,
  agreement,
  admission,
  ending,
}: Booking) => ({
  status,
  participation,
  placeId,
  paid,
  refunded,
  autopay,
  holdExpiresAt,
  agreement: { version: agreement.version, signedVersion: agreement.signedVersion },
  admission: admission?.outcome ?? null,
  ending: ending?.by ?? null,
});

/**
 * The writes of a booking's next version: the booking itself under its version, its audit record, its journal entries
 * and its events. `guard` adds conditions on the stored booking to the same write.
 */
export function bookingWrites<Refusal extends string = never>(
  store: Store,
  before: Booking | null,
  { booking, events, journal }: Change,
  { actor, action, now }: Occasion,
  guard?: { condition: string; names?: Record<string, string>; values?: Record<string, unknown> },
): Guarded<"stale" | Refusal>[] {
  const record = chain(before?.auditHash ?? "", {
    subject: { type: "booking", id: booking.id },
    sequence: booking.version,
    at: now,
    actor,
    action,
    before: before === null ? null : audited(before),
    after: audited(booking),
  });
  const Item = bookingItem({ ...booking, auditHash: record.hash });
  const TableName = store.tables.core;
  const put =
    before === null
      ? { TableName, Item, ConditionExpression: "attribute_not_exists(pk)" }
      : {
          TableName,
          Item,
          ConditionExpression: ["#version = :version", guard?.condition].filter(Boolean).join(" AND "),
          ExpressionAttributeNames: { "#version": "version", ...guard?.names },
          ExpressionAttributeValues: { ":version": before.version, ...guard?.values },
        };
  return [
    { write: { Put: put }, refusal: "stale" },
    auditPut(store, record),
    ...journalWrites(store, journal),
    ...events.map((event) => outboxPut(store, event, now)),
  ];
}

/** The stored item is the version before this one; there is none before the first. */
export const follows = (version: number) => isVersion(version === 1 ? null : version - 1);
