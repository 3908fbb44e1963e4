import { ConditionalCheckFailedException } from "@aws-sdk/client-dynamodb";
import { UpdateCommand } from "@aws-sdk/lib-dynamodb";
import { unmarshall } from "@aws-sdk/util-dynamodb";
import { isOneTurnTooMany, turnSeconds } from "@clearing/domain/deadline-work";
import { epochSeconds, type Instant, plusSeconds } from "@clearing/domain/time";
import { readIfReached } from "./deadlines.ts";
import { type DeadlineKind, keys } from "./keys.ts";
import type { Key } from "./read.ts";
import type { Store } from "./store.ts";

/** Table time-to-live removes what counted the turns at a deadline. */
const keptSeconds = 86_400;

/**
 * Begins a turn at an item whose deadline was reached. `nothing`: the deadline has moved, or another worker has its turn.
 * `too_many`: the turns before this one have left the deadline as it was, since their workers died.
 *
 * Turns are counted beside the item, by its deadline and version: what changes or postpones the item starts a new count,
 * no transaction that writes the item meets this write, and a message that comes again for another reason counts as none.
 * A turn whose answer was lost counts once.
 */
export async function beginTurn(
  store: Store,
  kind: DeadlineKind,
  key: Key,
  now: Instant,
): Promise<"nothing" | "work" | "too_many"> {
  const item = await readIfReached(store, kind, key, now);
  if (item === null) return "nothing";
  const turns = await countTurn(store, keys.deadlineTurn(key, `${item.dueAt}#${item.version}`), now);
  if (turns === null) return "nothing";
  return isOneTurnTooMany(turns) ? "too_many" : "work";
}

/** One more turn at a deadline, and how many that makes; null: another worker is at it. */
async function countTurn(store: Store, Key: Key, now: Instant): Promise<number | null> {
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
          ":until": plusSeconds(now, turnSeconds),
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
