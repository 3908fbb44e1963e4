import {
  ProvisionedThroughputExceededException,
  RequestLimitExceeded,
  ThrottlingException,
  TransactionCanceledException,
  TransactionInProgressException,
} from "@aws-sdk/client-dynamodb";
import { type Pauses, pauseMs } from "@clearing/domain/retry";
import { hasCome, type Instant } from "@clearing/domain/time";
import type { Store } from "./store.ts";

const maxCalls = 7;
const usualPauses: Pauses = { firstMs: 30, longestMs: 400 };

/** Waits with jitter after failed call number `failedCalls` (from 1). Returns the wait in milliseconds. */
export async function pause(store: Store, failedCalls: number, pauses = usualPauses): Promise<number> {
  const ms = pauseMs(failedCalls, pauses, store.random());
  await store.sleep(ms);
  return ms;
}

/**
 * Sends a transaction, and retries conflicts and throttling: at most seven calls, none after `until`. Throws every
 * other error at once, and the last failure.
 */
export async function retried<Answer>(
  store: Store,
  send: () => Promise<Answer>,
  until: Instant | null = null,
): Promise<Answer> {
  for (let calls = 1; ; calls++) {
    try {
      return await send();
    } catch (error) {
      if (!passes(error) || calls === maxCalls || isOver(store, until)) throw error;
      await pause(store, calls);
    }
  }
}

const isOver = (store: Store, until: Instant | null) => until !== null && hasCome(until, store.clock.now());

const passing = new Set(["TransactionConflict", "ThrottlingError", "ProvisionedThroughputExceeded", "None"]);

/** Whether a failed transaction can succeed if it is sent again. */
export function passes(error: unknown): boolean {
  if (error instanceof TransactionCanceledException) {
    return (error.CancellationReasons ?? []).every(({ Code }) => Code === undefined || passing.has(Code));
  }
  return (
    error instanceof ThrottlingException ||
    error instanceof ProvisionedThroughputExceededException ||
    error instanceof RequestLimitExceeded ||
    error instanceof TransactionInProgressException
  );
}
