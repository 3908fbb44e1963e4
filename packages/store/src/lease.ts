import { DeleteCommand, UpdateCommand } from "@aws-sdk/lib-dynamodb";
import type { Booking } from "@clearing/domain/booking";
import type { Pauses } from "@clearing/domain/retry";
import { epochSeconds, type Instant, plusSeconds } from "@clearing/domain/time";
import { conditionHeld } from "./condition.ts";
import { keys } from "./keys.ts";
import { pause } from "./retry.ts";
import type { Store } from "./store.ts";

/**
 * A lease outlasts everything its holder waits for; no consumer runs longer. One call of Stripe with its retry takes at
 * most 17 seconds, and a settlement makes several calls if a bank account must be verified.
 */
const leaseSeconds = 40;

/** The pauses between two checks whether the holder is done: short at first, as most holders are done soon. */
const looks: Pauses = { leastMs: 25, firstMs: 75, longestMs: 450 };

/** How long a consumer that must do the work waits for the lease: less than its timeout by what the work can take. */
const usualPatienceMs = 10_000;

/** The id and version of a booking as read. */
type Seen = Pick<Booking, "id" | "version">;

/** The work on a booking. `moved`: the work has committed a new version of the booking. */
type Work<Result> = {
  look: () => Promise<{ done: true; result: Result } | { done: false; seen: Seen }>;
  act: () => Promise<{ moved: boolean; result: Result }>;
  patienceMs?: number;
  otherwise?: () => Promise<Result>;
};

/**
 * Serializes the consumers that work on one booking, so that several notifications of one payment do not write against
 * each other. The first consumer takes the lease and acts; the others check until nothing is left to do. A lease ends
 * with the booking's next version, which costs no extra write, or is released.
 *
 * The lease only saves work; correctness rests on the conditions of each write. After `patienceMs` a consumer goes on
 * without the lease, or returns what `otherwise` returns. A dead holder or a fast clock costs only time.
 */
export async function underLease<Result>(
  store: Store,
  booking: Seen,
  { look, act, patienceMs = usualPatienceMs, otherwise }: Work<Result>,
): Promise<Result> {
  const holder = store.ids.next("evt");
  let seen = booking;
  for (let waited = 0, checks = 1; waited < patienceMs; checks++) {
    if (await takeLease(store, seen, holder, store.clock.now())) return whileHeld(store, seen.id, holder, act);
    waited += await pause(store, checks, looks);
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

/** TTL removes leases that were not taken again. */
const keptSeconds = 86_400;

/** A lease for an earlier version of the booking is over: its holder has committed. */
async function takeLease(store: Store, { id, version }: Seen, holder: string, now: Instant): Promise<boolean> {
  const until = plusSeconds(now, leaseSeconds);
  return conditionHeld(
    store.client.send(
      new UpdateCommand({
        TableName: store.tables.core,
        Key: keys.lease(id),
        UpdateExpression: "SET heldBy = :holder, heldFor = :version, leaseUntil = :until, expiresAt = :end",
        // `heldBy`: a retry after a lost answer recognizes its own lease.
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
