import { TransactionCanceledException } from "@aws-sdk/client-dynamodb";
import { TransactWriteCommand, type TransactWriteCommandInput } from "@aws-sdk/lib-dynamodb";
import { unmarshall } from "@aws-sdk/util-dynamodb";
import { passes, pause, retried } from "./retry.ts";
import type { Store } from "./store.ts";

type TransactItem = NonNullable<TransactWriteCommandInput["TransactItems"]>[number];
type Item = Record<string, unknown>;

/**
 * One write of a transaction, with what it means when its condition does not hold. `refusal` may look at the item that
 * stood in the way. A write without a refusal has no condition that can fail in normal operation.
 */
export type Guarded<Refusal extends string> = {
  write: TransactItem;
  refusal?: Refusal | ((found: Item | undefined) => Refusal);
};

/** `stale`: something was changed meanwhile, read again. `conflict`: others kept writing for as long as we tried. */
export type CommitResult<Refusal extends string> = { ok: true } | { ok: false; reason: Refusal | "conflict" };

/**
 * Writes everything or nothing, in one TransactWriteItems. Conflicts with other transactions and throttling are tried
 * again, with full jitter and within bounds, under one request token: a try whose answer was lost is not made twice.
 */
export async function commit<Refusal extends string>(
  store: Store,
  guarded: Guarded<Refusal>[],
): Promise<CommitResult<Refusal>> {
  const command = new TransactWriteCommand({
    ClientRequestToken: store.ids.next("evt").slice(0, 36),
    TransactItems: guarded.map(({ write }) => withOldImage(write)),
  });
  try {
    await retried(store, () => store.client.send(command));
    return { ok: true };
  } catch (error) {
    const refusal = refusalOf(error, guarded);
    if (refusal !== null) return { ok: false, reason: refusal };
    if (passes(error)) return { ok: false, reason: "conflict" };
    throw error;
  }
}

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

function withOldImage(item: TransactItem): TransactItem {
  const returned = { ReturnValuesOnConditionCheckFailure: "ALL_OLD" } as const;
  return {
    ...(item.Put && { Put: { ...item.Put, ...returned } }),
    ...(item.Update && { Update: { ...item.Update, ...returned } }),
    ...(item.Delete && { Delete: { ...item.Delete, ...returned } }),
    ...(item.ConditionCheck && { ConditionCheck: { ...item.ConditionCheck, ...returned } }),
  };
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
