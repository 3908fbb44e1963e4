import { pauseMs } from "@clearing/domain/retry";
import type { GatewayResult } from "./gateway.ts";
import { type Effect, failureOf, isThrottled, keyRefused } from "./stripe-failure.ts";

const maxCalls = { network: 2, throttled: 4 } as const;
const pauses = { firstMs: 500, longestMs: 2_000 };

/** `random`: uniform in [0, 1). `onKeyRefused` is called for each call whose API key Stripe does not accept. */
type Asking = {
  sleep: (ms: number) => Promise<void>;
  random: () => number;
  onKeyRefused: (() => void) | undefined;
};

/**
 * Makes one call with bounded, jittered retries. Once one of them can have had an effect, no later error rules it out: the
 * result is then `unknown`.
 */
export const askStripe =
  ({ sleep, random, onKeyRefused }: Asking) =>
  async <T>(effect: Effect, call: () => Promise<T>): Promise<GatewayResult<T>> => {
    let mayHaveHappened = false;
    for (let calls = 1; ; calls += 1) {
      try {
        return { ok: true, value: await call() };
      } catch (error) {
        const failure = failureOf(error, effect);
        if (failure.code === keyRefused) onKeyRefused?.();
        mayHaveHappened ||= failure.kind === "unknown";
        const retryable = failure.kind === "unavailable" || failure.kind === "unknown";
        const most = isThrottled(error) ? maxCalls.throttled : maxCalls.network;
        // Retrying does not fix a wrong or under-privileged key.
        if (!retryable || calls >= most || failure.code === keyRefused) {
          return failure.kind === "unavailable" && mayHaveHappened ? { ...failure, kind: "unknown" } : failure;
        }
        await sleep(pauseMs(calls, pauses, random()));
      }
    }
  };
