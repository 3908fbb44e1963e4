import { TransactionCanceledException } from "@aws-sdk/client-dynamodb";
import { TransactWriteCommand, type TransactWriteCommandInput } from "@aws-sdk/lib-dynamodb";
import { unmarshall } from "@aws-sdk/util-dynamodb";
import type { Instant } from "@clearing/domain/time";
import { passes, pause, retried } from "./retry.ts";
import type { Store } from "./store.ts";

type TransactItem = NonNullable<TransactWriteCommandInput["TransactItems"]>[number];
type Item = Record<string, unknown>;

/**
 * One write of a transaction, with what it means when its condition does not hold. `refusal` may look at the item that
 * stood in the way. A write without a refusal has no condition that can fail in normal operation. `stamp` gives the
 * fields of a put that carry the instant of the commit; they are made again for each try.
 */
export type Guarded<Refusal extends string> = {
  write: TransactItem;
  stamp?: (at: Instant) => Item;
  refusal?: Refusal | ((found: Item | undefined) => Refusal);
};

/** `stale`: something was changed meanwhile, read again. `conflict`: others kept writing for as long as we tried. */
export type CommitResult<Refusal extends string, Done = { ok: true }> =
  | Done
  | { ok: false; reason: Refusal | "conflict" };

/** What is stamped now is written within this time, or not at all: two whole requests of the client, and their pauses. */
const longestTryMs = 8_000;
/** After a client has hung up DynamoDB may still finish, and an index follows its table. */
const lagMs = 2_000;

/** From so many seconds after its stamp on, an entry is to be seen, also in an index. Stamps are whole seconds, cut off. */
export const settledAfterSeconds = Math.ceil((longestTryMs + lagMs) / 1_000) + 1;

/**
 * Writes everything or nothing, in one TransactWriteItems. Conflicts with other transactions and throttling are tried
 * again, with full jitter and within bounds, under one request token: a try whose answer was lost is not made twice.
 * Only where something is stamped, and DynamoDB's first answer is that it wrote nothing, is the next try another one,
 * with a stamp and a token of its own. `done` is the answer once it is written.
 */
export function commit<Refusal extends string>(
  store: Store,
  guarded: Guarded<Refusal>[],
): Promise<CommitResult<Refusal>>;
export function commit<Refusal extends string, Done extends { ok: true }>(
  store: Store,
  guarded: Guarded<Refusal>[],
  done: Done,
): Promise<CommitResult<Refusal, Done>>;
export function commit<Refusal extends string>(
  store: Store,
  guarded: Guarded<Refusal>[],
  done: { ok: true } = { ok: true },
): Promise<CommitResult<Refusal>> {
  return committed(store, guarded, done);
}

/** The same, with no further try once `until` has come: for a caller that somebody waits for. */
export const commitUntil = <Refusal extends string>(
  store: Store,
  guarded: Guarded<Refusal>[],
  until: Instant,
): Promise<CommitResult<Refusal>> => committed(store, guarded, { ok: true }, until);

async function committed<Refusal extends string>(
  store: Store,
  guarded: Guarded<Refusal>[],
  done: { ok: true },
  until: Instant | null = null,
): Promise<CommitResult<Refusal>> {
  let current = nextTry(store, guarded);
  const send = async () => {
    try {
      await sendOnce(store, current);
    } catch (error) {
      if (current.bound !== null && wroteNothing(error)) current = nextTry(store, guarded);
      throw error;
    }
  };
  try {
    await retried(store, send, until);
    return done;
  } catch (error) {
    const refusal = refusalOf(error, guarded);
    if (refusal !== null) return { ok: false, reason: refusal };
    if (passes(error)) return { ok: false, reason: "conflict" };
    throw error;
  }
}

/** `bound` ends a try that is stamped; null where nothing is. */
type Try = { command: TransactWriteCommand; bound: AbortSignal | null };

function nextTry(store: Store, guarded: Guarded<string>[]): Try {
  const at = store.clock.now();
  const command = new TransactWriteCommand({
    ClientRequestToken: store.ids.next("evt").slice(0, 36),
    TransactItems: guarded.map(({ write, stamp }) => withOldImage(write, stamp?.(at))),
  });
  const isStamped = guarded.some(({ stamp }) => stamp !== undefined);
  return { command, bound: isStamped ? AbortSignal.timeout(longestTryMs) : null };
}

async function sendOnce(store: Store, { command, bound }: Try): Promise<void> {
  try {
    bound?.throwIfAborted();
    await store.client.send(command, bound === null ? {} : { abortSignal: bound });
  } catch (error) {
    if (!bound?.aborted || error instanceof TransactionCanceledException) throw error;
    // As the client's own time-outs: it may have been written, and must not be stamped again.
    throw Object.assign(new Error("DynamoDB gave no answer in time", { cause: error }), {
      name: "TimeoutError",
      $metadata: {},
    });
  }
}

/**
 * DynamoDB cancelled the transaction, and the client says that it had asked but once: no earlier request under the same
 * token was left unanswered.
 */
const wroteNothing = (error: unknown): boolean =>
  error instanceof TransactionCanceledException && error.$metadata?.attempts === 1;

/** The first failed condition in the order of the writes; null when none failed. */
function refusalOf<Refusal extends string>(error: unknown, guarded: Guarded<Refusal>[]): Refusal | null {
  if (!(error instanceof TransactionCanceledException)) return null;
  const reasons = error.CancellationReasons ?? [];
  const index = reasons.findIndex(({ Code }) => Code === "ConditionalCheckFailed");
  if (index === -1) return null;
  const refusal = guarded[index]?.refusal;
  if (refusal === undefined) throw error;
  const found = reasons[index]?.Item;
  return typeof refusal === "function" ? refusal(found === undefined ? undefined : unmarshall(found)) : refusal;
}

function withOldImage(item: TransactItem, stamp: Item | undefined): TransactItem {
  const returned = { ReturnValuesOnConditionCheckFailure: "ALL_OLD" } as const;
  return {
    ...(item.Put && { Put: { ...item.Put, Item: { ...item.Put.Item, ...stamp }, ...returned } }),
    ...(item.Update && { Update: { ...item.Update, ...returned } }),
    ...(item.Delete && { Delete: { ...item.Delete, ...returned } }),
    ...(item.ConditionCheck && { ConditionCheck: { ...item.ConditionCheck, ...returned } }),
  };
}

/**
 * A commit's refusal for a caller that answers only some: `own` and `conflict` stay. Whatever else stood in the way, such
 * as another version or a place that was sold again, shows at the next reading.
 */
export function staleUnless<Own extends string = never>(
  reason: string,
  ...own: Own[]
): { ok: false; reason: Own | "conflict" | "stale" } {
  return { ok: false, reason: [...own, "conflict" as const].find((one) => one === reason) ?? "stale" };
}

const rounds = 8;
const believedAfter = 3;

/**
 * Reads, decides and writes again while somebody else was faster. `once` answers `stale` when what it had read has
 * changed; after the last round that is a `conflict`, which the caller may try again later. An assertion that fails may
 * have been shown facts of different instants: it is believed when it has failed three times, each on a new reading.
 */
export async function untilFresh<Result extends { ok: boolean; reason?: string }>(
  store: Store,
  once: () => Promise<Result | { ok: false; reason: "stale" }>,
): Promise<Exclude<Result, { reason: "stale" }> | { ok: false; reason: "conflict" }> {
  let failures = 0;
  for (let round = 1; round <= rounds; round++) {
    try {
      const result = await once();
      if (result.ok || result.reason !== "stale") return result as Exclude<Result, { reason: "stale" }>;
    } catch (error) {
      failures++;
      if (isOfService(error) || failures === believedAfter) throw error;
    }
    await pause(store, round);
  }
  return { ok: false, reason: "conflict" };
}

/** DynamoDB's own failures, and those of the way to it, carry this: they say nothing of what was read. */
const isOfService = (error: unknown): boolean => error instanceof Error && "$metadata" in error;
