import { GetCommand, PutCommand } from "@aws-sdk/lib-dynamodb";
import type { Instant } from "@clearing/domain/time";
import type { Store } from "./store.ts";

const key = (name: string) => ({ pk: `CURSOR#${name}`, sk: "CURSOR" });

/** How far a poll has come; null before the first. */
export async function readCursor(store: Store, name: string): Promise<Instant | null> {
  const { Item } = await store.client.send(
    new GetCommand({ TableName: store.tables.core, Key: key(name), ConsistentRead: true }),
  );
  return Item === undefined ? null : String(Item.at);
}

/** Moves a poll's cursor. Two polls at once may move it back: they look at the same events once more. */
export async function writeCursor(store: Store, name: string, at: Instant): Promise<void> {
  await store.client.send(new PutCommand({ TableName: store.tables.core, Item: { ...key(name), at } }));
}
