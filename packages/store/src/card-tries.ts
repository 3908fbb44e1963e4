import { ConditionalCheckFailedException } from "@aws-sdk/client-dynamodb";
import { UpdateCommand } from "@aws-sdk/lib-dynamodb";
import { unmarshall } from "@aws-sdk/util-dynamodb";
import { type CardTry, countedSince, mostFailedTries } from "@clearing/domain/booking";
import { epochSeconds, hasCome, type Instant, plusDays } from "@clearing/domain/time";
import { keys } from "./keys.ts";
import type { Store } from "./store.ts";

/** TTL removes a card's count once nothing was tried for longer than a try counts. */
const keptDays = 31;

/**
 * Whether a card may be charged once more. `busy`: the tries under way could use up the limit. `used_up`: the failed
 * tries have reached the limit.
 */
type Room = "reserved" | "busy" | "used_up";

/** A try's name in its card's count, starting with the instant at which it began. */
const named = ({ createdAt, id }: CardTry): string => `${createdAt}#${id}`;
const begunAt = (name: string): Instant => name.slice(0, name.indexOf("#"));

/**
 * Reserves a try in its card's count before Stripe is asked to charge. A try counts until it is known not to have
 * failed, so concurrent tries of several bookings stay within the limit. A try that is reserved already stays reserved.
 */
export async function reserveCardTry(store: Store, attempt: CardTry, now: Instant): Promise<Room> {
  const full = await reserve(store, attempt, now);
  if (full === null) return "reserved";
  const over = [...full.tries].filter((name) => hasCome(begunAt(name), countedSince(now)));
  if (over.length === 0) return full.failed.size >= mostFailedTries ? "used_up" : "busy";
  await forget(store, attempt.fingerprint, over);
  return reserveCardTry(store, attempt, now);
}

/** Records that a try has failed. It counts until it leaves the limit's window. */
export async function countFailedTry(store: Store, attempt: CardTry): Promise<void> {
  const name = new Set([named(attempt)]);
  await update(store, attempt.fingerprint, "ADD tries :name, failed :name", { ":name": name });
}

/** Removes a try that succeeded, or was never made, from the count. */
export const releaseCardTry = (store: Store, attempt: CardTry): Promise<void> =>
  forget(store, attempt.fingerprint, [named(attempt)]);

type Tries = { tries: Set<string>; failed: Set<string> };

/** Null if the try is reserved; otherwise the tries that fill the limit. */
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
