import type { Throttle } from "./topology.ts";

/**
 * One route's token bucket: `burst` requests may come at once, and room for `ratePerSecond` more comes back each second.
 * Says of one request whether it passes. `now` is in milliseconds of real time, not of the stack's clock.
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
