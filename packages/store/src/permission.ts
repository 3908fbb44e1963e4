import { htmlOf, type Permission } from "@clearing/domain/agreement";
import type { Guarded } from "./commit.ts";
import { fromItem } from "./items.ts";
import { keys } from "./keys.ts";
import { packed, unpacked } from "./packed.ts";
import { readItem } from "./read.ts";
import type { Store } from "./store.ts";

/**
 * The evidence of how a permission to collect was given. It is kept as long as the booking. `methodId` is the payment
 * method that the permission names, null if the deposit was still to save one. The first charge holds the network's
 * transaction id.
 */
export type PermissionEvidence = {
  at: string;
  agreementVersion: number;
  methodId: string | null;
  sourceIp: string;
  userAgent: string;
  givenBy: string;
};

export type StoredPermission = Permission & { id: string; given: PermissionEvidence };

type Kept = Pick<Permission, "head" | "blocks" | "tail" | "paragraphs">;

/** Stores a permission exactly as given, once (`stale` if it exists). */
export function permissionPut(
  store: Store,
  bookingId: string,
  { id, given, version, hash, head, blocks, tail, paragraphs }: StoredPermission,
): Guarded<"stale"> {
  const page: Kept = { head, blocks, tail, paragraphs };
  const Item = { ...keys.permission(bookingId, id), id, version, hash, given, page: packed(page) };
  const put = { TableName: store.tables.core, Item, ConditionExpression: "attribute_not_exists(pk)" };
  return { write: { Put: put }, refusal: "stale" };
}

/** A permission exactly as given, with its evidence; null if the id does not exist. */
export const readPermission = (store: Store, bookingId: string, id: string): Promise<StoredPermission | null> =>
  readItem(store, keys.permission(bookingId, id), (item) => {
    const { page, ...kept } = fromItem<Omit<StoredPermission, keyof Kept | "html"> & { page: unknown }>(item);
    const sections = unpacked<Kept>(page);
    return { ...kept, ...sections, html: htmlOf(sections) };
  });
