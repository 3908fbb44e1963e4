import { setTimeout as sleep } from "node:timers/promises";

const idleWithinMs = 120_000;

/**
 * Waits until no part has work under way, and hurries the parts meanwhile. After two minutes it throws an error with the
 * names of the busy parts and of what is `running`.
 */
export async function untilIdle(
  parts: Readonly<Record<string, { busy(): boolean }>>,
  hurry: () => void,
  running: () => readonly string[],
): Promise<void> {
  const deadline = performance.now() + idleWithinMs;
  const busyParts = () => Object.keys(parts).filter((name) => parts[name]?.busy());
  for (let calm = 0; calm < 2; ) {
    hurry();
    const busy = busyParts();
    calm = busy.length > 0 ? 0 : calm + 1;
    if (performance.now() > deadline) {
      const at = running().join(", ") || "no function";
      throw new Error(`still busy after ${idleWithinMs / 1000} s: ${busy.join(", ")}; running: ${at}`);
    }
    await sleep(calm > 0 ? 0 : 2);
  }
}
