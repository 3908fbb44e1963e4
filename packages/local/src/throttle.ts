import type { Throttle } from "./topology.ts";

/**
 * The token bucket of one route: `burst` requests at once, refilled by `ratePerSecond` each second. Returns whether a
 * request passes. `now` is in milliseconds of real time, not of the stack's clock.
 */
export function createThrottle({ ratePerSecond, burst }: Throttle, now = () => performance.now()): () => boolean {
  let left = burst;
  let seenAt = now();
  return () => {
    const at = now();
    left = Math.min(burst, left + ((at - seenAt) / 1000) * ratePerSecond);
    seenAt = at;
    if (left < 1) return false;
    left--;
    return true;
  };
}
