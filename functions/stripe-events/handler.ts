import { applyStripeEvent, type StripeHint } from "@clearing/operations/stripe-event";
import { sqsConsumer } from "@clearing/runtime/consumer";
import { depsFor } from "@clearing/runtime/deps";
import { operationsOf, settledOrRetried } from "@clearing/runtime/operations";
import { openGateway } from "@clearing/runtime/stripe-account";

/** Acts on Stripe's events: what they name is fetched anew. */
export const handler = sqsConsumer(depsFor({ gateway: openGateway }), async ({ data }, deps) => {
  const { type, objectId, objectType } = data as StripeHint;
  settledOrRetried(await applyStripeEvent(operationsOf(deps), { type, objectId, objectType }), deps.log);
});
