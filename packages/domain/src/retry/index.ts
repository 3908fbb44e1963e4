/** The bounds of the pauses between the tries of one call, in milliseconds. */
export type Pauses = { firstMs: number; longestMs: number };

/**
 * How long to wait after a try that failed, counted from 1: twice as long each time, within bounds and with full jitter,
 * so that callers who failed together do not come back together. `chance` is uniform in [0, 1).
 */
export const pauseMs = (failedTries: number, { firstMs, longestMs }: Pauses, chance: number): number =>
  chance * Math.min(longestMs, firstMs * 2 ** (failedTries - 1));
