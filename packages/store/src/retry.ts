import {
  ProvisionedThroughputExceededException,
  RequestLimitExceeded,
  ThrottlingException,
  TransactionCanceledException,
  TransactionInProgressException,
} from "@aws-sdk/client-dynamodb";
import { type Pauses, pauseMs } from "@clearing/domain/retry";
import type { Store } from "./store.ts";

const usualTries = 7;
const usualPauses: Pauses = { firstMs: 30, longestMs: 400 };

/** Waits after a try that failed, counted from 1. Gives how long, in milliseconds. */
export async function pause(store: Store, failedTries: number, pauses = usualPauses): Promise<number> {
  const ms = pauseMs(failedTries, pauses, store.random());
  await store.sleep(ms);
  return ms;
}

/** Sends a transaction again while it meets others or is throttled; what does not pass by itself is thrown, and the last. */
export async function retried<Answer>(store: Store, send: () => Promise<Answer>, tries = usualTries): Promise<Answer> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await send();
    } catch (error) {
      if (!passes(error) || attempt === tries) throw error;
      await pause(store, attempt);
    }
  }
}

const passing = new Set(["TransactionConflict", "ThrottlingError", "ProvisionedThroughputExceeded", "None"]);

/** Whether a failed transaction may succeed when it is sent again. */
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
