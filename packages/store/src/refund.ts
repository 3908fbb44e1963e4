import type { Refund } from "@clearing/domain/booking";
import { readChildren } from "./booking-children.ts";
import type { Guarded } from "./commit.ts";
import { fromDeadlineItem, toDeadlineItem } from "./items.ts";
import { keys } from "./keys.ts";
import { readItem } from "./read.ts";
import { inShard } from "./shards.ts";
import type { Store } from "./store.ts";
import { follows } from "./version.ts";

/** Writes a refund's next version; version 1 must not exist yet (`stale`). */
export function refundPut(store: Store, refund: Refund): Guarded<"stale"> {
  const item = toDeadlineItem(refund, "REFUND", keys.refund(refund.bookingId, refund.id));
  const put = {
    TableName: store.tables.core,
    Item: { ...item, listPk: inShard("REFUNDS", refund.id), listSk: refund.id },
  };
  return { write: { Put: { ...put, ...follows(refund.version) } }, refusal: "stale" };
}

/** All refunds of a booking, whatever owes them. */
export async function readRefunds(store: Store, bookingId: string): Promise<Refund[]> {
  return (await readChildren(store, bookingId, "REF#")).map((item) => fromDeadlineItem<Refund>(item));
}

export async function readRefund(store: Store, bookingId: string, id: string): Promise<Refund | null> {
  return readItem(store, keys.refund(bookingId, id), fromDeadlineItem<Refund>);
}
