import { ConditionalCheckFailedException } from "@aws-sdk/client-dynamodb";
import { UpdateCommand } from "@aws-sdk/lib-dynamodb";
import { unmarshall } from "@aws-sdk/util-dynamodb";
import { isOneTurnTooMany, turnSeconds } from "@clearing/domain/deadline-work";
import { epochSeconds, type Instant, plusSeconds } from "@clearing/domain/time";
import { readIfReached } from "./deadlines.ts";
import { type DeadlineKind, keys } from "./keys.ts";
import type { Key } from "./read.ts";
import type { Store } from "./store.ts";

/** TTL removes the count of the turns at a deadline. */
const keptSeconds = 86_400;

/**
 * Begins a worker's turn at an item whose deadline was reached. `nothing`: the deadline has moved, or another worker
 * has its turn. `too_many`: earlier turns left the deadline unchanged because their workers died.
 *
 * The count is a separate item per deadline and version. So a change or postponement of the item starts a new count,
 * transactions on the item never conflict with this write, and a redelivered message counts only if it begins a turn. A
 * turn whose answer was lost counts once.
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

/** Counts one more turn at a deadline and returns the number of turns; null if another worker has its turn. */
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
    // On the client's own retry after a lost answer, the condition finds the count that this call wrote.
    const found = error.Item && unmarshall(error.Item);
    return found?.heldBy === holder ? Number(found.tries) : null;
  }
}
