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

/** One booking, read consistently; null if it does not exist. */
export async function readBooking(store: Store, id: string): Promise<Booking | null> {
  return readItem(store, keys.booking(id), fromDeadlineItem<Booking>);
}

/**
 * A reader for a retry loop: its first call returns the booking that the caller has just read, later calls read the
 * table.
 */
export function readAfter(store: Store, id: string, seen: Booking | undefined): () => Promise<Booking | null> {
  let first = seen;
  return async () => {
    const known = first ?? (await readBooking(store, id));
    first = undefined;
    return known;
  };
}

/** Bookings by id (at most 100), read consistently. Missing ids are left out. */
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

/** What staff changed between two versions (waivers, deferrals, a pause of collection), as `of` has it. */
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

/** The audit record of a booking's next version, chained to the record before it. */
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
 * The writes of a booking's next version: the booking on the condition that its version has not changed (`stale`), the
 * links from a newly saved payment method, the audit record, the journal entries and the events. `guard` adds
 * conditions on the stored booking to the same write.
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
          // The condition includes the hash: a booking that was only decided, not read, has the right version but lacks
          // the hash of its record (I9).
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
 * A booking's next version as `bookingWrites` stores it, for a caller that goes on without reading it. The next change
 * chains to this version's audit record.
 */
export const asWritten = (before: Booking, { booking }: Pick<Change, "booking">, occasion: ActionContext): Booking => ({
  ...booking,
  auditHash: recordOf(before, booking, occasion).hash,
});

/** Checks that the booking still has the version that was read (`stale`). */
export function bookingUnchanged(store: Store, { id, version }: Booking): Guarded<"stale"> {
  const check = { TableName: store.tables.core, Key: keys.booking(id), ...isVersion(version) };
  return { write: { ConditionCheck: check }, refusal: "stale" };
}
