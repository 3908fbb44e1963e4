import { UpdateCommand } from "@aws-sdk/lib-dynamodb";
import { isOneTryTooMany, trySeconds } from "@clearing/domain/due-work";
import { epochSeconds, type Instant, plusSeconds } from "@clearing/domain/time";
import { conditionHeld } from "./condition.ts";
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
 */
export async function beginTry(
  store: Store,
  kind: DueKind,
  key: Key,
  now: Instant,
): Promise<"nothing" | "work" | "too_many"> {
  const due = await readDue(store, kind, key, now);
  if (due === null) return "nothing";
  let tries = 0;
  const count = async () => {
    const { Attributes } = await store.client.send(
      new UpdateCommand({
        TableName: store.tables.core,
        Key: keys.dueTry(key, `${due.dueAt}#${due.version}`),
        UpdateExpression: "ADD tries :one SET tryUntil = :until, expiresAt = :end",
        ConditionExpression: "attribute_not_exists(pk) OR tryUntil <= :now",
        ExpressionAttributeValues: {
          ":one": 1,
          ":until": plusSeconds(now, trySeconds),
          ":end": epochSeconds(now) + keptSeconds,
          ":now": now,
        },
        ReturnValues: "UPDATED_NEW",
      }),
    );
    tries = Number(Attributes?.tries);
  };
  if (!(await conditionHeld(count()))) return "nothing";
  return isOneTryTooMany(tries) ? "too_many" : "work";
}
