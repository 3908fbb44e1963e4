import { PutCommand } from "@aws-sdk/lib-dynamodb";
import type { Quote } from "@clearing/domain/plan";
import { epochSeconds, type Instant } from "@clearing/domain/time";
import type { Guarded } from "./commit.ts";
import { fromItem } from "./items.ts";
import { keys } from "./keys.ts";
import { readItem } from "./read.ts";
import type { Store } from "./store.ts";

/** A quote that makes no booking leaves the table by itself. */
export async function putQuote(store: Store, quote: Quote): Promise<void> {
  const expiresAt = epochSeconds(quote.removedAt);
  await store.client.send(
    new PutCommand({ TableName: store.tables.core, Item: { ...quote, ...keys.quote(quote.id), expiresAt } }),
  );
}

export type StoredQuote = Quote & { usedBy?: string };

/** A quote, or null; one that is to be removed by now is gone, although the table may delete it hours later. */
export async function readQuote(store: Store, id: string, now: Instant): Promise<StoredQuote | null> {
  const quote = await readItem(store, keys.quote(id), fromItem<StoredQuote>);
  const isRemoved = quote !== null && quote.usedBy === undefined && quote.removedAt <= now;
  return isRemoved ? null : quote;
}

/** Longer than any answer is kept for a request that is repeated; all that matters of it is in its booking. */
const usedDays = 31;

/** A quote makes one booking, while its prices hold. */
export function useQuote(
  store: Store,
  quoteId: string,
  bookingId: string,
  now: Instant,
): Guarded<"quote_used" | "quote_expired"> {
  return {
    write: {
      Update: {
        TableName: store.tables.core,
        Key: keys.quote(quoteId),
        UpdateExpression: "SET usedBy = :booking, expiresAt = :expiresAt",
        ConditionExpression: "attribute_not_exists(usedBy) AND validUntil > :now",
        ExpressionAttributeValues: {
          ":booking": bookingId,
          ":now": now,
          ":expiresAt": epochSeconds(now) + usedDays * 86_400,
        },
      },
    },
    refusal: (quote) => (quote?.usedBy === undefined ? "quote_expired" : "quote_used"),
  };
}
