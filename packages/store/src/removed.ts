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

/**
 * The writes that remove a booking and its quote. The audit chain stays, with a last link and the head that verifies
 * it.
 */
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
 * The writes that remove a child with everything that points to it. An attempt is removed only in the version that was
 * read (`stale`): money that arrived in the meantime has changed it.
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

/** Removes the deadline of a booking that is never to be removed. Its next change can set a deadline again. */
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

/** Whether a booking was removed: an event about it that arrives this late needs no work. */
export async function isRemoved(store: Store, bookingId: string): Promise<boolean> {
  return (await readItem(store, keys.removed(bookingId), () => true)) ?? false;
}

/** The attempts of a booking, whether money ever moved, and the writes that remove each child. */
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
