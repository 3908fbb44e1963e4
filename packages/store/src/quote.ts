import { GetCommand, PutCommand } from "@aws-sdk/lib-dynamodb";
import type { Quote } from "@clearing/domain/plan";
import { fromItem } from "./items.ts";
import { keys } from "./keys.ts";
import type { Store } from "./store.ts";

/** Unused quotes leave the table by themselves; a used one has been copied into its booking. */
const keptDays = 30;

export async function putQuote(store: Store, quote: Quote): Promise<void> {
  const expiresAt = Math.floor(Date.parse(quote.validUntil) / 1000) + keptDays * 86_400;
  await store.client.send(
    new PutCommand({ TableName: store.tables.core, Item: { ...quote, ...keys.quote(quote.id), expiresAt } }),
  );
}

export type StoredQuote = Quote & { usedBy?: string };

export async function readQuote(store: Store, id: string): Promise<StoredQuote | null> {
  const { Item } = await store.client.send(
    new GetCommand({ TableName: store.tables.core, Key: keys.quote(id), ConsistentRead: true }),
  );
  return Item === undefined ? null : fromItem<StoredQuote>(Item);
}
