import type { Item } from "./items.ts";
import { keys } from "./keys.ts";
import { queryItems } from "./read.ts";
import type { Store } from "./store.ts";

/**
 * All items of one booking except the booking itself, or only those whose sort key starts with `prefix`. Consistent
 * read.
 */
export async function readChildren(
  store: Store,
  bookingId: string,
  prefix?: "ATT#" | "CHG#" | "REF#" | "SET#",
): Promise<Item[]> {
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
