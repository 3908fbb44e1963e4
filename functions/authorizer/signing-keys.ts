import { Failure } from "@clearing/domain/failure";
import type { SimpleJwksCache } from "aws-jwt-verify/jwk";

type Fetcher = NonNullable<NonNullable<ConstructorParameters<typeof SimpleJwksCache>[0]>["fetcher"]>;

/** How the keys of an issuer are asked for. Pauses and time-outs are in milliseconds. */
type Asking = { tries: number; timeout: number; pause: number; fetch: typeof fetch };

const usual: Asking = { tries: 3, timeout: 2_000, pause: 100, fetch: (...request) => fetch(...request) };

/** The keys that a token is checked with could not be had: an outage, which says nothing about the token. */
export class KeysUnavailable extends Error {
  override name = "KeysUnavailable";
}

/**
 * Fetches an issuer's signing keys, over https from Cognito or from wherever the configuration says. Gives up with
 * `KeysUnavailable` within the time that the gateway waits for an authorizer.
 */
export function keyFetcher({ tries, timeout, pause, fetch: ask }: Asking = usual): Fetcher {
  async function once(uri: string): Promise<ArrayBuffer> {
    const response = await ask(uri, { signal: AbortSignal.timeout(timeout), redirect: "error" });
    if (!response.ok) throw new Failure("the user pool does not give its keys", { status: response.status });
    return response.arrayBuffer();
  }
  return {
    async fetch(uri) {
      for (let left = tries; ; left -= 1) {
        try {
          return await once(uri);
        } catch (cause) {
          if (left <= 1) throw new KeysUnavailable(`no signing keys after ${tries} tries`, { cause });
        }
        await new Promise((wake) => setTimeout(wake, pause));
      }
    },
  };
}
