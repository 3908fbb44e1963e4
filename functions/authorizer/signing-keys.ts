import { setTimeout as sleep } from "node:timers/promises";
import { Failure } from "@clearing/domain/failure";
import { type Pauses, pauseMs } from "@clearing/domain/retry";
import type { SimpleJwksCache } from "aws-jwt-verify/jwk";

type Fetcher = NonNullable<NonNullable<ConstructorParameters<typeof SimpleJwksCache>[0]>["fetcher"]>;

/** How to fetch an issuer's keys. The time-out is in milliseconds. */
type Asking = { maxCalls: number; timeout: number; pauses: Pauses; random: () => number; fetch: typeof fetch };

/** The settings in a function. The handler supplies `random`. */
export const usualAsking: Omit<Asking, "random"> = {
  maxCalls: 3,
  timeout: 2_000,
  pauses: { leastMs: 50, firstMs: 150, longestMs: 300 },
  fetch: (...request) => fetch(...request),
};

/** The signing keys could not be fetched: an outage, which says nothing about the token. */
export class KeysUnavailable extends Error {
  override name = "KeysUnavailable";
}

/**
 * Fetches an issuer's signing keys over https, from Cognito or from the configured URL. Throws `KeysUnavailable` before
 * the gateway's time-out for an authorizer.
 */
export function keyFetcher({ maxCalls, timeout, pauses, random, fetch: ask }: Asking): Fetcher {
  async function once(uri: string): Promise<ArrayBuffer> {
    const response = await ask(uri, { signal: AbortSignal.timeout(timeout), redirect: "error" });
    if (!response.ok) throw new Failure("user pool signing keys request failed", { status: response.status });
    return response.arrayBuffer();
  }
  return {
    async fetch(uri) {
      for (let calls = 1; ; calls += 1) {
        try {
          return await once(uri);
        } catch (cause) {
          if (calls >= maxCalls) throw new KeysUnavailable(`no signing keys after ${maxCalls} calls`, { cause });
        }
        await sleep(pauseMs(calls, pauses, random()));
      }
    },
  };
}
