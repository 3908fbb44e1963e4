import { setTimeout as sleep } from "node:timers/promises";

const idleWithinMs = 120_000;

/** Waits until no part has work under way, and hurries the parts meanwhile. */
export async function untilIdle(parts: readonly { busy(): boolean }[], hurry: () => void): Promise<void> {
  const deadline = performance.now() + idleWithinMs;
  for (let calm = 0; calm < 2; ) {
    hurry();
    calm = parts.some((part) => part.busy()) ? 0 : calm + 1;
    if (performance.now() > deadline) {
      throw new Error(`still busy after ${idleWithinMs / 1000} s: a stream record or a delivery keeps failing`);
    }
    await sleep(calm > 0 ? 0 : 2);
  }
}
