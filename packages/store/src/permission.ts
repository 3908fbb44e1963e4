import { htmlOf, type Permission } from "@clearing/domain/agreement";
import type { Guarded } from "./commit.ts";
import { fromItem } from "./items.ts";
import { keys } from "./keys.ts";
import { packed, unpacked } from "./packed.ts";
import { readItem } from "./read.ts";
import type { Store } from "./store.ts";

/**
 * How a permission to collect was given: evidence for as long as the booking is kept. `methodId` is the method that it
 * names, null where the deposit was still to save one; the network's id of the first charge stands on that charge.
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

/** A permission as it was given, byte for byte; never written twice. */
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

/** A permission as it was given, byte for byte, with the evidence; null where there is none under this id. */
export const readPermission = (store: Store, bookingId: string, id: string): Promise<StoredPermission | null> =>
  readItem(store, keys.permission(bookingId, id), (item) => {
    const { page, ...kept } = fromItem<Omit<StoredPermission, keyof Kept | "html"> & { page: unknown }>(item);
    const sections = unpacked<Kept>(page);
    return { ...kept, ...sections, html: htmlOf(sections) };
  });
