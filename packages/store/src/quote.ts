import { PutCommand } from "@aws-sdk/lib-dynamodb";
import type { Quote } from "@clearing/domain/plan";
import { epochSeconds, type Instant } from "@clearing/domain/time";
import type { Guarded } from "./commit.ts";
import { fromItem, type Item } from "./items.ts";
import { keys } from "./keys.ts";
import { packed, unpacked } from "./packed.ts";
import { readItem } from "./read.ts";
import type { Store } from "./store.ts";

/** The packed content of a quote. No condition, index or update reads it. */
type Offer = Pick<Quote, "lines" | "schedule" | "disclosure" | "policy" | "terms">;

/** A quote as a table item, without its TTL. */
export function quoteItem({ lines, schedule, disclosure, policy, terms, ...quote }: Quote): Item {
  const offer: Offer = { lines, schedule, disclosure, policy, terms };
  return { ...quote, ...keys.quote(quote.id), offer: packed(offer) };
}

function quoteIn(item: Item): StoredQuote {
  const { offer, ...quote } = fromItem<Omit<StoredQuote, keyof Offer> & { offer: unknown }>(item);
  return { ...quote, ...unpacked<Offer>(offer) };
}

/** Stores a quote. TTL removes it if it makes no booking. */
export async function putQuote(store: Store, quote: Quote): Promise<void> {
  const Item = { ...quoteItem(quote), expiresAt: epochSeconds(quote.removedAt) };
  await store.client.send(new PutCommand({ TableName: store.tables.core, Item }));
}

export type StoredQuote = Quote & { usedBy?: string };

/** A quote; null if it does not exist or its removal is due. TTL can delete an item hours late. */
export async function readQuote(store: Store, id: string, now: Instant): Promise<StoredQuote | null> {
  const quote = await readItem(store, keys.quote(id), quoteIn);
  const isRemoved = quote !== null && quote.usedBy === undefined && quote.removedAt <= now;
  return isRemoved ? null : quote;
}

/** Longer than answers are kept for repeated requests. The booking holds everything that still matters. */
const usedDays = 31;

/**
 * Marks a quote as used by a booking. Refuses `quote_used` if a booking uses it already, `quote_expired` if it is no
 * longer valid.
 */
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
