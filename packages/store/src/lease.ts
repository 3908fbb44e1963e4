import { DeleteCommand, UpdateCommand } from "@aws-sdk/lib-dynamodb";
import type { Pauses } from "@clearing/domain/retry";
import { epochSeconds, type Instant, plusSeconds } from "@clearing/domain/time";
import { conditionHeld } from "./condition.ts";
import { keys } from "./keys.ts";
import { pause } from "./retry.ts";
import type { Store } from "./store.ts";

/** So long one consumer has a booking for itself, whatever becomes of it: longer than a settlement takes. */
const leaseSeconds = 10;

/** How often others look whether the holder is done. */
const looks: Pauses = { leastMs: 100, firstMs: 400, longestMs: 400 };

/** What `look` sees: `done` says that nothing is left to do. */
type Seen<Result> = { done: true; result: Result } | { done: false };

/**
 * Has one consumer at a time work on a booking, so that several which are told of one payment do not write against each
 * other: the first works, the others look until nothing is left to do. It saves work and proves nothing. Whoever waits
 * longer than `patienceMs` goes on without it, or gives what `otherwise` gives; a holder that dies, and a clock that is
 * ahead, cost time alone. Every write keeps its conditions.
 */
export async function underLease<Result>(
  store: Store,
  bookingId: string,
  work: {
    look: () => Promise<Seen<Result>>;
    act: () => Promise<Seen<Result> & { result: Result }>;
    patienceMs?: number;
    otherwise?: () => Promise<Result>;
  },
): Promise<Result> {
  const { look, act, patienceMs = leaseSeconds * 1_000, otherwise } = work;
  const holder = store.ids.next("evt");
  for (let waited = 0; waited < patienceMs; ) {
    if (await takeLease(store, bookingId, holder, store.clock.now())) return whileHeld(store, bookingId, holder, act);
    waited += await pause(store, 1, looks);
    const seen = await look();
    if (seen.done) return seen.result;
  }
  return otherwise === undefined ? (await act()).result : otherwise();
}

/** What is done needs no release: whoever comes sees it. What is not, the next may work on at once. */
async function whileHeld<Result>(
  store: Store,
  bookingId: string,
  holder: string,
  act: () => Promise<Seen<Result> & { result: Result }>,
): Promise<Result> {
  let done = false;
  try {
    const acted = await act();
    done = acted.done;
    return acted.result;
  } finally {
    if (!done) await releaseLease(store, bookingId, holder);
  }
}

/** Table time-to-live removes what nobody has taken since. */
const keptSeconds = 86_400;

async function takeLease(store: Store, bookingId: string, holder: string, now: Instant): Promise<boolean> {
  const until = plusSeconds(now, leaseSeconds);
  return conditionHeld(
    store.client.send(
      new UpdateCommand({
        TableName: store.tables.core,
        Key: keys.lease(bookingId),
        UpdateExpression: "SET heldBy = :holder, leaseUntil = :until, expiresAt = :end",
        // Its own try whose answer was lost counts as well.
        ConditionExpression: "attribute_not_exists(pk) OR leaseUntil <= :now OR heldBy = :holder",
        ExpressionAttributeValues: {
          ":holder": holder,
          ":until": until,
          ":now": now,
          ":end": epochSeconds(until) + keptSeconds,
        },
      }),
    ),
  );
}

const releaseLease = (store: Store, bookingId: string, holder: string): Promise<boolean> =>
  conditionHeld(
    store.client.send(
      new DeleteCommand({
        TableName: store.tables.core,
        Key: keys.lease(bookingId),
        ConditionExpression: "heldBy = :holder",
        ExpressionAttributeValues: { ":holder": holder },
      }),
    ),
  );
