import { DeleteCommand, UpdateCommand } from "@aws-sdk/lib-dynamodb";
import type { Booking } from "@clearing/domain/booking";
import type { Pauses } from "@clearing/domain/retry";
import { epochSeconds, type Instant, plusSeconds } from "@clearing/domain/time";
import { conditionHeld } from "./condition.ts";
import { keys } from "./keys.ts";
import { pause } from "./retry.ts";
import type { Store } from "./store.ts";

/**
 * A lease outlasts whatever its holder waits for: no consumer lives longer than this. One call of Stripe with its retry
 * takes 17 seconds at the most, and a settlement asks several times where a bank account is to be verified.
 */
const leaseSeconds = 40;

/** How often others look whether the holder is done. */
const looks: Pauses = { leastMs: 100, firstMs: 400, longestMs: 400 };

/** So long a consumer waits that has to work in the end: shorter than its life, less what the work may take. */
const usualPatienceMs = 10_000;

/** A booking in the version in which it was read. */
type Seen = Pick<Booking, "id" | "version">;

/** What there is to do for a booking. `moved`: the booking has another version since. */
type Work<Result> = {
  look: () => Promise<{ done: true; result: Result } | { done: false; seen: Seen }>;
  act: () => Promise<{ moved: boolean; result: Result }>;
  patienceMs?: number;
  otherwise?: () => Promise<Result>;
};

/**
 * Has one consumer at a time work on a booking, so that several which are told of one payment do not write against each
 * other: the first works, the others look until nothing is left to do. A lease ends with the work: by the booking's next
 * version, which costs no write, or it is let go. It saves work and proves nothing. A consumer that has waited for
 * `patienceMs` goes on without it, or gives what `otherwise` gives; a holder that dies, and a clock that is ahead, cost
 * time alone. Every write keeps its conditions.
 */
export async function underLease<Result>(
  store: Store,
  booking: Seen,
  { look, act, patienceMs = usualPatienceMs, otherwise }: Work<Result>,
): Promise<Result> {
  const holder = store.ids.next("evt");
  let seen = booking;
  for (let waited = 0; waited < patienceMs; ) {
    if (await takeLease(store, seen, holder, store.clock.now())) return whileHeld(store, seen.id, holder, act);
    waited += await pause(store, 1, looks);
    const found = await look();
    if (found.done) return found.result;
    seen = found.seen;
  }
  return otherwise === undefined ? (await act()).result : otherwise();
}

async function whileHeld<Result>(
  store: Store,
  bookingId: string,
  holder: string,
  act: Work<Result>["act"],
): Promise<Result> {
  let moved = false;
  try {
    const acted = await act();
    moved = acted.moved;
    return acted.result;
  } finally {
    if (!moved) await releaseLease(store, bookingId, holder);
  }
}

/** Table time-to-live removes what nobody has taken since. */
const keptSeconds = 86_400;

/** A lease that was taken for an earlier version of the booking has served: its holder has committed. */
async function takeLease(store: Store, { id, version }: Seen, holder: string, now: Instant): Promise<boolean> {
  const until = plusSeconds(now, leaseSeconds);
  return conditionHeld(
    store.client.send(
      new UpdateCommand({
        TableName: store.tables.core,
        Key: keys.lease(id),
        UpdateExpression: "SET heldBy = :holder, heldFor = :version, leaseUntil = :until, expiresAt = :end",
        // Its own try whose answer was lost counts as well.
        ConditionExpression: "attribute_not_exists(pk) OR leaseUntil <= :now OR heldFor < :version OR heldBy = :holder",
        ExpressionAttributeValues: {
          ":holder": holder,
          ":version": version,
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
