import { rawHttpHandler } from "@clearing/runtime/api";
import { depsFor } from "@clearing/runtime/deps";
import { type StripeSecret, stripeSecretOf } from "@clearing/runtime/stripe-secret";
import { receiveWebhook } from "./webhook.ts";

let secretOf: (() => Promise<StripeSecret | null>) | undefined;

/** POST /webhooks/stripe. */
export const handler = rawHttpHandler(depsFor({}), (request, deps) => {
  secretOf ??= stripeSecretOf(deps.config, () => Date.now());
  return receiveWebhook(request, deps, secretOf);
});
