import { type AuditRecord, chain } from "@clearing/domain/audit";
import { type Booking, type Due, isPaused } from "@clearing/domain/booking";
import type { DomainEvent } from "@clearing/domain/event";
import type { JournalEntry } from "@clearing/domain/ledger";
import type { ActionContext } from "./action-context.ts";
import { auditPut, journalWrites, outboxPut } from "./append-only.ts";
import { bookingListKeys } from "./booking-lists.ts";
import { collectedFromPuts } from "./collected-from.ts";
import type { Guarded } from "./commit.ts";
import { fromDeadlineItem, type Item, toDeadlineItem } from "./items.ts";
import { bookingIdIn, keys } from "./keys.ts";
import { readItem, readItems } from "./read.ts";
import { queueKeys } from "./screening-queue.ts";
import type { Store } from "./store.ts";
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

/** Gives a booking that its caller has just read, the first time; from then on it reads. */
export function readAfter(store: Store, id: string, seen: Booking | undefined): () => Promise<Booking | null> {
  let first = seen;
  return async () => {
    const known = first ?? (await readBooking(store, id));
    first = undefined;
    return known;
  };
}

/** Several bookings, read consistently, by their ids; those that do not exist are left out. At most 100. */
export async function readBookings(store: Store, ids: string[]): Promise<Map<string, Booking>> {
  const items = await readItems(store, ids.map(keys.booking));
  return new Map(items.map((item) => [bookingIdIn({ pk: String(item.pk) }), fromDeadlineItem<Booking>(item)]));
}

type Change = { booking: Booking; events: DomainEvent[]; journal: JournalEntry[] };

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

/** What staff have changed of dues, and of collecting them, between two versions: as it was, or as it is. */
function exceptions(of: Booking, { other }: { other: Booking | null }) {
  if (other === null) return {};
  const dues = of.dues
    .filter((due) => other.dues.some((one) => one.id === due.id && isExcepted(one, due)))
    .map(({ id, dueOn, waived = 0 }) => ({ id, dueOn, waived }));
  return {
    ...(dues.length === 0 ? {} : { dues }),
    ...(isPaused(of) === isPaused(other) ? {} : { collectionPaused: isPaused(of) }),
  };
}

const isExcepted = (one: Due, other: Due): boolean => one.dueOn !== other.dueOn || one.waived !== other.waived;

/** The audit record of a booking's next version, chained to the one before. */
function recordOf(
  before: Booking | null,
  booking: Booking,
  { actor, action, now, reason }: ActionContext,
): AuditRecord {
  return chain(before?.auditHash ?? "", {
    subject: { type: "booking", id: booking.id },
    sequence: booking.version,
    at: now,
    actor,
    action,
    ...(reason === undefined ? {} : { reason }),
    before: before === null ? null : { ...audited(before), ...exceptions(before, { other: booking }) },
    after: { ...audited(booking), ...exceptions(booking, { other: before }) },
  });
}

/**
 * The writes of a booking's next version: the booking itself under its version, what leads to it from a method that it
 * saves, its audit record, its journal entries and its events. `guard` adds conditions on the stored booking to the same write.
 */
export function bookingWrites<Refusal extends string = never>(
  store: Store,
  before: Booking | null,
  { booking, events, journal }: Change,
  occasion: ActionContext,
  guard?: { condition: string; names?: Record<string, string>; values?: Record<string, unknown> },
): Guarded<"stale" | Refusal>[] {
  const record = recordOf(before, booking, occasion);
  const Item = bookingItem({ ...booking, auditHash: record.hash });
  const TableName = store.tables.core;
  const put =
    before === null
      ? { TableName, Item, ConditionExpression: "attribute_not_exists(pk)" }
      : {
          TableName,
          Item,
          // The hash too: a booking that was decided and not read has the version, and not yet its record's hash (I9).
          ConditionExpression: ["#version = :version", "auditHash = :auditHash", guard?.condition]
            .filter(Boolean)
            .join(" AND "),
          ExpressionAttributeNames: { "#version": "version", ...guard?.names },
          ExpressionAttributeValues: { ":version": before.version, ":auditHash": before.auditHash, ...guard?.values },
        };
  return [
    { write: { Put: put }, refusal: "stale" },
    ...collectedFromPuts(store, before, booking),
    auditPut(store, record),
    ...journalWrites(store, journal),
    ...events.map((event) => outboxPut(store, event, occasion.now)),
  ];
}

/**
 * A booking's next version as `bookingWrites` writes it, for who goes on with it unread: what comes next is chained to the
 * record of this version.
 */
export const asWritten = (before: Booking, { booking }: Pick<Change, "booking">, occasion: ActionContext): Booking => ({
  ...booking,
  auditHash: recordOf(before, booking, occasion).hash,
});

/** The booking is still the one that was read. */
export function bookingUnchanged(store: Store, { id, version }: Booking): Guarded<"stale"> {
  const check = { TableName: store.tables.core, Key: keys.booking(id), ...isVersion(version) };
  return { write: { ConditionCheck: check }, refusal: "stale" };
}
