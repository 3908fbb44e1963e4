import { chain } from "@clearing/domain/audit";
import { type Attempt, type Booking, sessionOf } from "@clearing/domain/booking";
import type { ActionContext } from "./action-context.ts";
import { auditPut } from "./append-only.ts";
import { audited } from "./booking.ts";
import { readChildren } from "./booking-children.ts";
import type { Guarded } from "./commit.ts";
import { fromDeadlineItem, type Item } from "./items.ts";
import { keys } from "./keys.ts";
import { type Key, readItem } from "./read.ts";
import { inShard } from "./shards.ts";
import type { Store } from "./store.ts";
import { isVersion } from "./version.ts";

const isChild =
  (prefix: string) =>
  ({ sk }: Item): boolean =>
    String(sk).startsWith(prefix);

export type Removed = Guarded<"stale">;

/** A booking and its quote go; the last link of its chain stays, and the head that it is verified by. */
export function removalWrites(store: Store, booking: Booking, { now, actor, action }: ActionContext): Removed[] {
  const { id } = booking;
  const version = booking.version + 1;
  const subject = { type: "booking", id } as const;
  const fact = { subject, sequence: version, at: now, actor, action, before: audited(booking), after: null };
  const record = chain(booking.auditHash, fact);
  const head = { id, version, auditHash: record.hash, removedAt: now };
  const Item = { ...head, ...keys.removed(id), listPk: inShard("REMOVED", id), listSk: id };
  const TableName = store.tables.core;
  return [
    { write: { Delete: { TableName, Key: keys.booking(id), ...isVersion(booking.version) } }, refusal: "stale" },
    auditPut(store, record),
    { write: { Put: { TableName, Item, ...isVersion(null) } } },
    { write: { Delete: { TableName, Key: keys.quote(booking.quoteId) } } },
  ];
}

/**
 * A child goes with all that leads to it. An attempt goes as it was read: money that came meanwhile has changed it.
 */
const childRemoval =
  (store: Store) =>
  (child: Item): Removed[] => {
    const TableName = store.tables.core;
    const plain = (Key: Key): Removed => ({ write: { Delete: { TableName, Key } } });
    const Key = { pk: String(child.pk), sk: String(child.sk) };
    if (!isChild("ATT#")(child)) return [plain(Key)];
    const attempt = child as Attempt;
    const { id, version } = attempt;
    const sessionId = sessionOf(attempt);
    return [
      { write: { Delete: { TableName, Key, ...isVersion(version) } }, refusal: "stale" },
      plain(keys.wayBack(id)),
      ...(sessionId === null ? [] : [plain(keys.wayBack(sessionId))]),
    ];
  };

/** Nothing will remove this booking: it is due no more, unless it changes again. */
export const bookingRests = (store: Store, { id, version }: Booking): Guarded<"stale"> => ({
  write: {
    Update: {
      TableName: store.tables.core,
      Key: keys.booking(id),
      UpdateExpression: "REMOVE duePk, dueAt",
      ...isVersion(version),
    },
  },
  refusal: "stale",
});

/** Whether a booking was removed: what is told of it this late has nothing left to do. */
export async function isRemoved(store: Store, bookingId: string): Promise<boolean> {
  return (await readItem(store, keys.removed(bookingId), () => true)) ?? false;
}

/** What is under a booking: its attempts, whether money ever moved, and the writes that remove each child. */
export async function readRemovals(
  store: Store,
  bookingId: string,
): Promise<{ attempts: Attempt[]; moved: boolean; removals: Removed[][] }> {
  const children = await readChildren(store, bookingId);
  return {
    attempts: children.filter(isChild("ATT#")).map((item) => fromDeadlineItem<Attempt>(item)),
    moved: children.some(isChild("CHG#")) || children.some(isChild("REF#")),
    removals: children.map(childRemoval(store)),
  };
}
