import { GetCommand } from "@aws-sdk/lib-dynamodb";
import { chain } from "@clearing/domain/audit";
import { type Attempt, type Booking, decideRemoval, removalAt } from "@clearing/domain/booking";
import { audited, type Occasion, readChildren, readFile } from "./booking.ts";
import { commit, type Guarded, untilFresh } from "./commit.ts";
import { auditPut } from "./facts.ts";
import { fromDeadlineItem, type Item } from "./items.ts";
import { keys } from "./keys.ts";
import type { Key } from "./read.ts";
import { inShard } from "./shards.ts";
import type { Store } from "./store.ts";
import { isVersion } from "./version.ts";

type Result = { ok: true } | { ok: false; reason: "page_open" | "conflict" };

/** Children that one transaction removes, each with its two ways back from Stripe at the most. */
const childrenAtOnce = 20;

/**
 * Removes a hold that ended unpaid 30 days ago, with its agreements, attempts and quote. What stays is its audit chain
 * with a last record, and a head that names no person. One that is kept for good is due no more. `page_open`: it is not
 * known yet what became of a page.
 */
export function removeBooking(store: Store, bookingId: string, occasion: Occasion): Promise<Result> {
  return untilFresh<Result>(store, async () => {
    const file = await readFile(store, bookingId);
    const due = file && removalAt(file.booking);
    if (file === null || due === null || due > occasion.now) return { ok: true };
    const { booking, clearance } = file;
    const children = await readChildren(store, bookingId);
    const attempts = children.filter(isOf("ATT#")).map((item) => fromDeadlineItem<Attempt>(item));
    const moved = children.some(isOf("CHG#")) || children.some(isOf("REF#"));
    switch (decideRemoval({ attempts, moved, isEvaluated: clearance !== null })) {
      case "wait":
        return { ok: false, reason: "page_open" };
      case "keep":
        return commit(store, [rest(store, booking)]);
      case "remove":
        return remove(store, booking, children.map(removalOf(store)), occasion);
    }
  });
}

const isOf =
  (prefix: string) =>
  ({ sk }: Item): boolean =>
    String(sk).startsWith(prefix);

type Removed = Guarded<"stale">;

/** The children first, in slices, each while the booking is as it was read; its head last, so that a crash is resumed. */
async function remove(store: Store, booking: Booking, children: Removed[][], occasion: Occasion) {
  const unchanged = { Key: keys.booking(booking.id), TableName: store.tables.core, ...isVersion(booking.version) };
  let left = children;
  for (; left.length > childrenAtOnce; left = left.slice(childrenAtOnce)) {
    const slice = left.slice(0, childrenAtOnce).flat();
    const result = await commit(store, [{ write: { ConditionCheck: unchanged }, refusal: "stale" as const }, ...slice]);
    if (!result.ok) return result;
  }
  return commit(store, [
    { write: { Delete: unchanged }, refusal: "stale" as const },
    ...headWrites(store, booking, occasion),
    ...left.flat(),
    { write: { Delete: { TableName: store.tables.core, Key: keys.quote(booking.quoteId) } } },
  ]);
}

/** The last link of the chain, and the head that it is verified by. */
function headWrites(store: Store, booking: Booking, { now, actor, action }: Occasion): Removed[] {
  const { id } = booking;
  const version = booking.version + 1;
  const subject = { type: "booking", id } as const;
  const fact = { subject, sequence: version, at: now, actor, action, before: audited(booking), after: null };
  const record = chain(booking.auditHash, fact);
  const head = { id, version, auditHash: record.hash, removedAt: now };
  const Item = { ...head, ...keys.removed(id), listPk: inShard("REMOVED", id), listSk: id };
  return [auditPut(store, record), { write: { Put: { TableName: store.tables.core, Item, ...isVersion(null) } } }];
}

/**
 * A child goes with all that leads to it. An attempt goes as it was read: money that came meanwhile has changed it.
 */
const removalOf =
  (store: Store) =>
  (child: Item): Removed[] => {
    const TableName = store.tables.core;
    const plain = (Key: Key): Removed => ({ write: { Delete: { TableName, Key } } });
    const Key = { pk: String(child.pk), sk: String(child.sk) };
    if (!isOf("ATT#")(child)) return [plain(Key)];
    const { id, version, sessionId } = child as Attempt;
    return [
      { write: { Delete: { TableName, Key, ...isVersion(version) } }, refusal: "stale" },
      plain(keys.wayBack(id)),
      ...(sessionId === null ? [] : [plain(keys.wayBack(sessionId))]),
    ];
  };

/** Nothing will remove this booking: it is due no more, unless it changes again. */
const rest = (store: Store, { id, version }: Booking): Guarded<"stale"> => ({
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
  const { Item } = await store.client.send(
    new GetCommand({ TableName: store.tables.core, Key: keys.removed(bookingId), ConsistentRead: true }),
  );
  return Item !== undefined;
}
