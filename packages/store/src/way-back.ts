import { UpdateCommand } from "@aws-sdk/lib-dynamodb";
import { type Instant, plusSeconds } from "@clearing/domain/time";
import type { Guarded } from "./commit.ts";
import { conditionHeld } from "./condition.ts";
import { keys } from "./keys.ts";
import { readItem } from "./read.ts";
import type { Store } from "./store.ts";

type AttemptRef = { bookingId: string; attemptId: string };

/**
 * Stores the attempt that a name in a return URL stands for. The name is the attempt's own id or its Checkout
 * Session's; neither tells a stranger anything about the booking. Names that are not stored are not ours.
 */
export function wayBackPut(store: Store, name: string, { bookingId, attemptId }: AttemptRef): Guarded<never> {
  return {
    write: { Put: { TableName: store.tables.core, Item: { ...keys.wayBack(name), bookingId, attemptId } } },
  };
}

/** The attempt that a name stands for, or null. */
export async function readWayBack(store: Store, name: string): Promise<AttemptRef | null> {
  return readItem(store, keys.wayBack(name), ({ bookingId, attemptId }) => ({
    bookingId: String(bookingId),
    attemptId: String(attemptId),
  }));
}

/** How often Stripe is asked about one attempt for returning clients: this many times in this many seconds. */
const mostAsked = 3;
const askedSeconds = 10;

/**
 * Counts a question to Stripe on behalf of a returning client, and returns whether it may be asked: anybody with the
 * link can open it any number of times.
 */
export async function mayAskStripe(store: Store, { attemptId }: AttemptRef, now: Instant): Promise<boolean> {
  const write = (UpdateExpression: string, ConditionExpression: string, values: Record<string, unknown>) =>
    store.client.send(
      new UpdateCommand({
        TableName: store.tables.core,
        Key: keys.wayBack(attemptId),
        UpdateExpression,
        ConditionExpression,
        ExpressionAttributeValues: { ":one": 1, ...values },
      }),
    );
  const begins = () =>
    write("SET askedSince = :now, asked = :one", "attribute_not_exists(askedSince) OR askedSince <= :over", {
      ":now": now,
      ":over": plusSeconds(now, -askedSeconds),
    });
  const goesOn = () => write("SET asked = asked + :one", "asked < :most", { ":most": mostAsked });
  return (await conditionHeld(begins())) || (await conditionHeld(goesOn()));
}
