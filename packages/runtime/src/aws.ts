import type { DynamoDBClientConfig } from "@aws-sdk/client-dynamodb";
import { pauseMs } from "@clearing/domain/retry";
import { StandardRetryStrategy } from "@smithy/core/retry";

/**
 * Without `info`, the SDK does not copy the input and output of each call for a log that nobody reads. Its warnings are
 * dropped too, since they may quote input (I8).
 */
const ignored = () => {};
const silent = { debug: ignored, warn: ignored, error: ignored } as unknown as NonNullable<
  DynamoDBClientConfig["logger"]
>;

/**
 * The settings of every AWS client: short time-outs and a bounded number of retries, so that an outage ends in an answer
 * before the caller or the function times out. A request that timed out may have taken effect; conditions or tokens
 * make repeated writes harmless.
 */
export const awsClient = {
  maxAttempts: 4,
  retryMode: "standard",
  logger: silent,
  requestHandler: { connectionTimeout: 3_000, requestTimeout: 3_000, throwOnRequestTimeout: true },
};

/** The SDK's first pause after a failed call, and ours after a throttled one, in milliseconds. */
const firstPauses = { failed: 25, throttled: 100 };

/**
 * The settings of DynamoDB's client. After a throttled call, the SDK's own pauses are up to 1, 2 and 4 seconds, while
 * somebody waits for the response. Here they are up to 0.1, 0.2 and 0.4 seconds, because DynamoDB usually throttles a
 * single partition, for a moment. The pauses after other failures stay the SDK's.
 */
export const dynamoDbClient = {
  ...awsClient,
  retryStrategy: new StandardRetryStrategy({
    maxAttempts: awsClient.maxAttempts,
    baseDelay: firstPauses.failed,
    backoff: backoff(),
  }),
};

/** The SDK sets the first pause for the kind of failure just before it asks for a pause. */
function backoff() {
  let firstMs = firstPauses.failed;
  return {
    setDelayBase: (ms: number) => {
      firstMs = Math.min(ms, firstPauses.throttled);
    },
    computeNextBackoffDelay: (retries: number) => pauseMs(retries + 1, { firstMs, longestMs: 400 }, Math.random()),
  };
}

/** Whether an error of a service or the network is temporary. The SDK has retried it already. */
export function isOutage(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const { $metadata, code } = error as { $metadata?: { httpStatusCode?: number }; code?: unknown };
  const status = $metadata?.httpStatusCode ?? 0;
  return (
    outages.has(error.name) ||
    status >= 500 ||
    status === 429 ||
    (typeof code === "string" && socketErrors.has(code)) ||
    reasonsOf(error).some((reason) => throttling.has(reason))
  );
}

/** Whether a transaction still conflicted with another one on the same item after its retries. */
export function isConflict(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if (error.name === "TransactionConflictException" || error.name === "TransactionInProgressException") return true;
  return reasonsOf(error).includes("TransactionConflict");
}

/** Why a transaction of DynamoDB was canceled: a reason per item, `None` for an item that did not cause it. */
function reasonsOf(error: Error & { CancellationReasons?: { Code?: string }[] }): string[] {
  const reasons = error.name === "TransactionCanceledException" ? (error.CancellationReasons ?? []) : [];
  return reasons.flatMap(({ Code }) => Code ?? []);
}

/** Reasons for which DynamoDB cancels a transaction that is above the capacity of a table or a partition. */
const throttling = new Set(["ProvisionedThroughputExceeded", "ThrottlingError"]);

const outages = new Set([
  "InternalServerError",
  "LimitExceededException",
  "ProvisionedThroughputExceededException",
  "RequestLimitExceeded",
  "RequestTimeout",
  "RequestTimeoutException",
  "ServiceUnavailable",
  "ServiceUnavailableException",
  "ThrottlingException",
  "TimeoutError",
  "TooManyRequestsException",
]);

const socketErrors = new Set(["ECONNREFUSED", "ECONNRESET", "EAI_AGAIN", "ENOTFOUND", "EPIPE", "ETIMEDOUT"]);
