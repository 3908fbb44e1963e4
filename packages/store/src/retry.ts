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

const usualTries = 7;
const usualPauses: Pauses = { firstMs: 30, longestMs: 400 };

/** Waits with jitter after failed try number `failedTries` (from 1). Returns the wait in milliseconds. */
export async function pause(store: Store, failedTries: number, pauses = usualPauses): Promise<number> {
  const ms = pauseMs(failedTries, pauses, store.random());
  await store.sleep(ms);
  return ms;
}

/**
 * Sends a transaction, and retries conflicts and throttling: at most seven tries, none after `until`. Throws every
 * other error at once, and the last failure.
 */
export async function retried<Answer>(
  store: Store,
  send: () => Promise<Answer>,
  until: Instant | null = null,
): Promise<Answer> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await send();
    } catch (error) {
      if (!passes(error) || attempt === usualTries || isOver(store, until)) throw error;
      await pause(store, attempt);
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
