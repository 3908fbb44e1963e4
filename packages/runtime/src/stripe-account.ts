import { randomInt } from "node:crypto";
import type { SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import type { Gateway } from "@clearing/payments";
import type { Config } from "./config.ts";
import type { Log } from "./log.ts";
import { stripeSecretOf } from "./stripe-secret.ts";

/**
 * The gateway to the Stripe account in the function's secret, for functions that move money. The SDK and the secret are
 * loaded in parallel at the first invocation; a rolled key reaches a warm function when the secret is read again. Each
 * call whose key Stripe does not accept is counted as `StripeKeyRefused`. Null until the secret has a value. `now` is
 * in epoch milliseconds.
 */
export function openGateway(
  config: Config,
  now: () => number,
  log: Log,
  client?: SecretsManagerClient,
): () => Promise<Gateway | null> {
  const secretOf = stripeSecretOf(config, now, client);
  let open: { secretKey: string; gateway: Gateway } | null = null;
  return async () => {
    const [{ stripeGateway }, secret] = await Promise.all([import("@clearing/payments/stripe-gateway"), secretOf()]);
    if (secret === null) return null;
    const { secretKey } = secret;
    if (open?.secretKey === secretKey) return open.gateway;
    const gateway = stripeGateway({
      secretKey,
      random: () => randomInt(2 ** 32) / 2 ** 32,
      onKeyRefused: () => log.metric("StripeKeyRefused", 1, "Count"),
      ...(config.stripeApiBase === undefined ? {} : { apiBase: config.stripeApiBase }),
    });
    open = { secretKey, gateway };
    return gateway;
  };
}
