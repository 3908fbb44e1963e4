/**
 * How every AWS client here asks: short time-outs and a bounded number of tries, so that an outage ends in an answer
 * before the caller or the function's own time-out gives up. A time-out may have taken effect: writes carry conditions
 * or tokens that make a repetition harmless.
 */
export const awsClient = {
  maxAttempts: 4,
  retryMode: "standard",
  requestHandler: { connectionTimeout: 3_000, requestTimeout: 3_000, throwOnRequestTimeout: true },
};

/** Errors of a service or of the way to it that pass by themselves; the SDK has already retried them. */
export function isOutage(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const { $metadata, code } = error as { $metadata?: { httpStatusCode?: number }; code?: unknown };
  const status = $metadata?.httpStatusCode ?? 0;
  return (
    outages.has(error.name) || status >= 500 || status === 429 || (typeof code === "string" && socketErrors.has(code))
  );
}

/** A transaction that met another one on the same item, still after its retries. */
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
