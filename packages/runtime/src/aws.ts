import type { DynamoDBClientConfig } from "@aws-sdk/client-dynamodb";

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

/** Whether an error of a service or the network is temporary. The SDK has retried it already. */
export function isOutage(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const { $metadata, code } = error as { $metadata?: { httpStatusCode?: number }; code?: unknown };
  const status = $metadata?.httpStatusCode ?? 0;
  return (
    outages.has(error.name) || status >= 500 || status === 429 || (typeof code === "string" && socketErrors.has(code))
  );
}

/** Whether a transaction still conflicted with another one on the same item after its retries. */
export function isConflict(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if (error.name === "TransactionConflictException" || error.name === "TransactionInProgressException") return true;
  const reasons = (error as { CancellationReasons?: { Code?: string }[] }).CancellationReasons ?? [];
  return error.name === "TransactionCanceledException" && reasons.some(({ Code }) => Code === "TransactionConflict");
}

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
