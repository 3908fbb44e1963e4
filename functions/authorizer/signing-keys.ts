import { setTimeout as sleep } from "node:timers/promises";
import { Failure } from "@clearing/domain/failure";
import { type Pauses, pauseMs } from "@clearing/domain/retry";
import type { SimpleJwksCache } from "aws-jwt-verify/jwk";

type Fetcher = NonNullable<NonNullable<ConstructorParameters<typeof SimpleJwksCache>[0]>["fetcher"]>;

/** How the keys of an issuer are asked for. The time-out is in milliseconds. */
type Asking = { tries: number; timeout: number; pauses: Pauses; random: () => number; fetch: typeof fetch };

/** How a function asks; chance comes from its handler. */
export const usualAsking: Omit<Asking, "random"> = {
  tries: 3,
  timeout: 2_000,
  pauses: { leastMs: 50, firstMs: 150, longestMs: 300 },
  fetch: (...request) => fetch(...request),
};

/** The keys that a token is checked with could not be had: an outage, which says nothing about the token. */
export class KeysUnavailable extends Error {
  override name = "KeysUnavailable";
}

/**
 * Fetches an issuer's signing keys, over https from Cognito or from wherever the configuration says. Gives up with
 * `KeysUnavailable` within the time that the gateway waits for an authorizer.
 */
export function keyFetcher({ tries, timeout, pauses, random, fetch: ask }: Asking): Fetcher {
  async function once(uri: string): Promise<ArrayBuffer> {
    const response = await ask(uri, { signal: AbortSignal.timeout(timeout), redirect: "error" });
    if (!response.ok) throw new Failure("user pool signing keys request failed", { status: response.status });
    return response.arrayBuffer();
  }
  return {
    async fetch(uri) {
      for (let attempt = 1; ; attempt += 1) {
        try {
          return await once(uri);
        } catch (cause) {
          if (attempt >= tries) throw new KeysUnavailable(`no signing keys after ${tries} tries`, { cause });
        }
        await sleep(pauseMs(attempt, pauses, random()));
      }
    },
  };
}
