import { UpdateCommand } from "@aws-sdk/lib-dynamodb";
import { type Instant, plusSeconds } from "@clearing/domain/time";
import type { Guarded } from "./commit.ts";
import { conditionHeld } from "./condition.ts";
import { keys } from "./keys.ts";
import { readItem } from "./read.ts";
import type { Store } from "./store.ts";

type AttemptRef = { bookingId: string; attemptId: string };

/**
 * Keeps which attempt a name stands for on the way back from Stripe's page: the attempt's own id, or its session's.
 * Neither tells a stranger anything of the booking, and what is not kept here is not ours.
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

/** So often in so many seconds Stripe is asked about one attempt for who comes back from its page. */
const mostAsked = 3;
const askedSeconds = 10;

/**
 * Counts that Stripe is asked about an attempt for who comes back, and says whether it may be: whoever has the link may
 * open it as often as they like.
 */
export async function mayAskStripe(store: Store, { attemptId }: AttemptRef, now: Instant): Promise<boolean> {
  const begins = {
    set: "askedSince = :now, asked = :one",
    where: "attribute_not_exists(askedSince) OR askedSince <= :over",
  };
  const goesOn = { set: "asked = asked + :one", where: "askedSince > :over AND asked < :most" };
  const values = { ":one": 1, ":over": plusSeconds(now, -askedSeconds) };
  const write = ({ set, where }: typeof begins, more: Record<string, unknown>) =>
    store.client.send(
      new UpdateCommand({
        TableName: store.tables.core,
        Key: keys.wayBack(attemptId),
        UpdateExpression: `SET ${set}`,
        ConditionExpression: where,
        ExpressionAttributeValues: { ...values, ...more },
      }),
    );
  return (
    (await conditionHeld(write(begins, { ":now": now }))) ||
    (await conditionHeld(write(goesOn, { ":most": mostAsked })))
  );
}
