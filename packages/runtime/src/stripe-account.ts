import { randomInt } from "node:crypto";
import type { Gateway } from "@clearing/payments";
import type { Config } from "./config.ts";
import { stripeSecretOf } from "./stripe-secret.ts";

/**
 * The gateway to the Stripe account in the function's secret, for functions that move money. The SDK and the secret
 * are loaded side by side, at the first invocation. `now` is in epoch milliseconds.
 */
export async function openGateway(config: Config, now: () => number): Promise<Gateway> {
  const [{ stripeGateway }, { secretKey }] = await Promise.all([
    import("@clearing/payments/stripe-gateway"),
    stripeSecretOf(config, now)(),
  ]);
  const apiBase = config.stripeApiBase;
  return stripeGateway({
    secretKey,
    random: () => randomInt(2 ** 32) / 2 ** 32,
    ...(apiBase === undefined ? {} : { apiBase }),
  });
}
