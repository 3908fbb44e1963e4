import { ConditionalCheckFailedException } from "@aws-sdk/client-dynamodb";
import { UpdateCommand } from "@aws-sdk/lib-dynamodb";
import { unmarshall } from "@aws-sdk/util-dynamodb";
import { isOneTryTooMany, trySeconds } from "@clearing/domain/due-work";
import { epochSeconds, type Instant, plusSeconds } from "@clearing/domain/time";
import { readDue } from "./due.ts";
import { type DueKind, keys } from "./keys.ts";
import type { Key } from "./read.ts";
import type { Store } from "./store.ts";

/** Table time-to-live removes what counted the tries of a deadline. */
const keptSeconds = 86_400;

/**
 * Begins a try of what is due at a key. `nothing`: it is not due any more, or another worker is at it. `too_many`: the
 * tries before this one have left the deadline as it was, since their workers died.
 *
 * Tries are counted beside the item, by its deadline and version: what changes or postpones the item starts a new count,
 * no transaction that writes the item meets this write, and a message that comes again for another reason counts as none.
 * A try whose answer was lost counts once.
 */
export async function beginTry(
  store: Store,
  kind: DueKind,
  key: Key,
  now: Instant,
): Promise<"nothing" | "work" | "too_many"> {
  const due = await readDue(store, kind, key, now);
  if (due === null) return "nothing";
  const tries = await countTry(store, keys.dueTry(key, `${due.dueAt}#${due.version}`), now);
  if (tries === null) return "nothing";
  return isOneTryTooMany(tries) ? "too_many" : "work";
}

/** One more try at a deadline, and how many that makes; null: another worker is at it. */
async function countTry(store: Store, Key: Key, now: Instant): Promise<number | null> {
  const holder = store.ids.next("evt");
  try {
    const { Attributes } = await store.client.send(
      new UpdateCommand({
        TableName: store.tables.core,
        Key,
        UpdateExpression: "ADD tries :one SET heldBy = :holder, tryUntil = :until, expiresAt = :end",
        ConditionExpression: "attribute_not_exists(pk) OR tryUntil <= :now",
        ExpressionAttributeValues: {
          ":one": 1,
          ":holder": holder,
          ":until": plusSeconds(now, trySeconds),
          ":end": epochSeconds(now) + keptSeconds,
          ":now": now,
        },
        ReturnValues: "UPDATED_NEW",
        ReturnValuesOnConditionCheckFailure: "ALL_OLD",
      }),
    );
    return Number(Attributes?.tries);
  } catch (error) {
    if (!(error instanceof ConditionalCheckFailedException)) throw error;
    // Its own count, whose answer was lost, is what the client's second send finds.
    const found = error.Item && unmarshall(error.Item);
    return found?.heldBy === holder ? Number(found.tries) : null;
  }
}
