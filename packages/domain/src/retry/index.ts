/** The bounds of the pauses between the tries of one call, in milliseconds; without `leastMs` a pause may be nothing. */
export type Pauses = { firstMs: number; longestMs: number; leastMs?: number };

/**
 * How long to wait after a try that failed, counted from 1: twice as long each time, within bounds and with jitter, so
 * that callers who failed together do not come back together. `chance` is uniform in [0, 1).
 */
export const pauseMs = (failedTries: number, { firstMs, longestMs, leastMs = 0 }: Pauses, chance: number): number =>
  leastMs + chance * (Math.min(longestMs, firstMs * 2 ** (failedTries - 1)) - leastMs);
