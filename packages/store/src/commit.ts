import { TransactionCanceledException } from "@aws-sdk/client-dynamodb";
import { TransactWriteCommand, type TransactWriteCommandInput } from "@aws-sdk/lib-dynamodb";
import { unmarshall } from "@aws-sdk/util-dynamodb";
import type { Instant } from "@clearing/domain/time";
import { passes, pause, retried } from "./retry.ts";
import type { Store } from "./store.ts";

type TransactItem = NonNullable<TransactWriteCommandInput["TransactItems"]>[number];
type Item = Record<string, unknown>;

/**
 * One write of a transaction, with the refusal to return if its condition fails. `refusal` can be a function of the
 * item that failed the condition. A write without a refusal has no condition that fails in normal operation. `stamp`
 * returns fields with the instant of the commit, computed again for each request.
 */
export type Guarded<Refusal extends string> = {
  write: TransactItem;
  stamp?: (at: Instant) => Item;
  refusal?: Refusal | ((found: Item | undefined) => Refusal);
};

/**
 * `stale`: the data changed after it was read; read again. `conflict`: concurrent writers won until the retries ran
 * out.
 */
export type CommitResult<Refusal extends string, Done = { ok: true }> =
  | Done
  | { ok: false; reason: Refusal | "conflict" };

/** A stamped request is written within this time or not at all: two whole requests of the client with their pauses. */
const longestRequestMs = 8_000;
/** DynamoDB can finish a request after its client has given up, and an index lags behind its table. */
const lagMs = 2_000;

/** An entry is visible, also in an index, this many seconds after its stamp. Stamps are truncated to whole seconds. */
export const settledAfterSeconds = Math.ceil((longestRequestMs + lagMs) / 1_000) + 1;

/**
 * Writes all or nothing in one TransactWriteItems. Retries transaction conflicts and throttling with full jitter,
 * within bounds, under one client request token, so a call whose answer was lost is not applied twice. Only if something
 * is stamped, and DynamoDB's first answer says that nothing was written, does the next call get a new stamp and a new
 * token. Returns `done`, the first refusal in the order of the writes, or `conflict`.
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

/** Like `commit`, but starts no retry after `until`: for a caller with a person waiting. */
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
  let current = nextRequest(store, guarded);
  const send = async () => {
    try {
      await sendOnce(store, current);
    } catch (error) {
      if (current.bound !== null && wroteNothing(error)) current = nextRequest(store, guarded);
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

/** `bound` aborts a stamped request; null if nothing is stamped. */
type TransactRequest = { command: TransactWriteCommand; bound: AbortSignal | null };

function nextRequest(store: Store, guarded: Guarded<string>[]): TransactRequest {
  const at = store.clock.now();
  const command = new TransactWriteCommand({
    ClientRequestToken: store.ids.next("evt").slice(0, 36),
    TransactItems: guarded.map(({ write, stamp }) => withOldImage(write, stamp?.(at))),
  });
  const isStamped = guarded.some(({ stamp }) => stamp !== undefined);
  return { command, bound: isStamped ? AbortSignal.timeout(longestRequestMs) : null };
}

async function sendOnce(store: Store, { command, bound }: TransactRequest): Promise<void> {
  try {
    bound?.throwIfAborted();
    await store.client.send(command, bound === null ? {} : { abortSignal: bound });
  } catch (error) {
    if (!bound?.aborted || error instanceof TransactionCanceledException) throw error;
    // Treated like the client's own time-outs: the write may have been applied, so it must not be stamped again.
    throw Object.assign(new Error("DynamoDB did not answer in time", { cause: error }), {
      name: "TimeoutError",
      $metadata: {},
    });
  }
}

/**
 * DynamoDB cancelled the transaction and the client sent only one request, so no earlier request under this token can
 * have been applied.
 */
const wroteNothing = (error: unknown): boolean =>
  error instanceof TransactionCanceledException && error.$metadata?.attempts === 1;

/** The refusal of the first failed condition, in the order of the writes; null if no condition failed. */
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
 * Narrows a commit's refusal to the reasons that the caller reports (`own`) and `conflict`. Every other reason, such as
 * a newer version or a place sold again, becomes `stale`: the next read shows it.
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
 * Repeats read, decide and write while concurrent changes win. `once` returns `stale` if the data it read has changed;
 * after the last round that becomes `conflict`, which the caller may retry later. An error thrown by `once` can come
 * from reads of different instants, so it is rethrown only the third time. Errors of DynamoDB are rethrown at once.
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

/** Errors of DynamoDB and of the network carry `$metadata`; they say nothing about the data that was read. */
const isOfService = (error: unknown): boolean => error instanceof Error && "$metadata" in error;
