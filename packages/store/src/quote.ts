import { PutCommand } from "@aws-sdk/lib-dynamodb";
import type { Quote } from "@clearing/domain/plan";
import { epochSeconds, type Instant } from "@clearing/domain/time";
import type { Guarded } from "./commit.ts";
import { fromItem, type Item } from "./items.ts";
import { keys } from "./keys.ts";
import { packed, unpacked } from "./packed.ts";
import { readItem } from "./read.ts";
import type { Store } from "./store.ts";

/** What a quote offers, packed: all that is looked into where it stands is its instants and whose it is. */
type Offer = Pick<Quote, "lines" | "schedule" | "disclosure" | "policy" | "terms">;

/** A quote as it stands in the table, but for when it leaves. */
export function quoteItem({ lines, schedule, disclosure, policy, terms, ...quote }: Quote): Item {
  const offer: Offer = { lines, schedule, disclosure, policy, terms };
  return { ...quote, ...keys.quote(quote.id), offer: packed(offer) };
}

function quoteIn(item: Item): StoredQuote {
  const { offer, ...quote } = fromItem<Omit<StoredQuote, keyof Offer> & { offer: unknown }>(item);
  return { ...quote, ...unpacked<Offer>(offer) };
}

/** A quote that makes no booking leaves the table by itself. */
export async function putQuote(store: Store, quote: Quote): Promise<void> {
  const Item = { ...quoteItem(quote), expiresAt: epochSeconds(quote.removedAt) };
  await store.client.send(new PutCommand({ TableName: store.tables.core, Item }));
}

export type StoredQuote = Quote & { usedBy?: string };

/** A quote, or null; one that is to be removed by now is gone, although the table may delete it hours later. */
export async function readQuote(store: Store, id: string, now: Instant): Promise<StoredQuote | null> {
  const quote = await readItem(store, keys.quote(id), quoteIn);
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
