/**
 * The limits of the pauses between repeated calls, in milliseconds: the first one is `leastMs` to `firstMs`, and both limits
 * double until the upper one is `longestMs`. Without `leastMs` a pause may be 0.
 */
export type Pauses = { firstMs: number; longestMs: number; leastMs?: number };

/**
 * How long to pause after a number of failed calls, in milliseconds: exponential backoff within limits and with jitter,
 * so that callers who failed together do not retry together. `chance` is uniform in [0, 1).
 */
export function pauseMs(failedCalls: number, { firstMs, longestMs, leastMs = 0 }: Pauses, chance: number): number {
  const growth = Math.min(longestMs / firstMs, 2 ** (failedCalls - 1));
  return growth * (leastMs + chance * (firstMs - leastMs));
}
