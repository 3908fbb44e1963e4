import { ConditionalCheckFailedException } from "@aws-sdk/client-dynamodb";
import { UpdateCommand } from "@aws-sdk/lib-dynamodb";
import { unmarshall } from "@aws-sdk/util-dynamodb";
import { type CardTry, countedSince, mostFailedTries } from "@clearing/domain/booking";
import { epochSeconds, hasCome, type Instant, plusDays } from "@clearing/domain/time";
import { keys } from "./keys.ts";
import type { Store } from "./store.ts";

/** Table time-to-live removes the count of a card that nobody has tried for longer than a try counts. */
const keptDays = 31;

/**
 * Whether a card may be tried once more. `busy`: the tries under way might use up what is left. `used_up`: so many have
 * failed that there is nothing left.
 */
type Room = "reserved" | "busy" | "used_up";

/** A try in its card's count, with the instant at which it was begun. */
const named = ({ createdAt, id }: CardTry): string => `${createdAt}#${id}`;
const begunAt = (name: string): Instant => name.slice(0, name.indexOf("#"));

/**
 * Reserves a try in the count of its card before Stripe is asked for it. A try counts until it is known that it has not
 * failed, so that those of several bookings at once stay within the limit. One that has its place keeps it.
 */
export async function reserveCardTry(store: Store, attempt: CardTry, now: Instant): Promise<Room> {
  const full = await reserve(store, attempt, now);
  if (full === null) return "reserved";
  const over = [...full.tries].filter((name) => hasCome(begunAt(name), countedSince(now)));
  if (over.length === 0) return full.failed.size >= mostFailedTries ? "used_up" : "busy";
  await forget(store, attempt.fingerprint, over);
  return reserveCardTry(store, attempt, now);
}

/** A try has failed: it counts for as long as failed tries do. */
export async function countFailedTry(store: Store, attempt: CardTry): Promise<void> {
  const name = new Set([named(attempt)]);
  await update(store, attempt.fingerprint, "ADD tries :name, failed :name", { ":name": name });
}

/** A try has succeeded, or was never made: it counts no more. */
export const releaseCardTry = (store: Store, attempt: CardTry): Promise<void> =>
  forget(store, attempt.fingerprint, [named(attempt)]);

type Tries = { tries: Set<string>; failed: Set<string> };

/** Null once it is reserved; else the tries that leave no room. */
async function reserve(store: Store, attempt: CardTry, now: Instant): Promise<Tries | null> {
  const name = named(attempt);
  try {
    await update(
      store,
      attempt.fingerprint,
      "ADD tries :names SET expiresAt = :expiresAt",
      {
        ":names": new Set([name]),
        ":name": name,
        ":most": mostFailedTries,
        ":expiresAt": epochSeconds(plusDays(now, keptDays)),
      },
      "attribute_not_exists(tries) OR size(tries) < :most OR contains(tries, :name)",
    );
    return null;
  } catch (error) {
    if (!(error instanceof ConditionalCheckFailedException)) throw error;
    const { tries = new Set(), failed = new Set() }: Partial<Tries> = error.Item ? unmarshall(error.Item) : {};
    return { tries, failed };
  }
}

async function forget(store: Store, fingerprint: string, names: string[]): Promise<void> {
  await update(store, fingerprint, "DELETE tries :names, failed :names", { ":names": new Set(names) });
}

async function update(
  store: Store,
  fingerprint: string,
  UpdateExpression: string,
  ExpressionAttributeValues: Record<string, unknown>,
  ConditionExpression?: string,
): Promise<void> {
  await store.client.send(
    new UpdateCommand({
      TableName: store.tables.core,
      Key: keys.cardTries(fingerprint),
      UpdateExpression,
      ExpressionAttributeValues,
      ...(ConditionExpression && { ConditionExpression, ReturnValuesOnConditionCheckFailure: "ALL_OLD" }),
    }),
  );
}
