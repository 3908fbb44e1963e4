import { scheduledHandler } from "@clearing/runtime/consumer";
import { depsFor } from "@clearing/runtime/deps";
import { openGateway } from "@clearing/runtime/stripe-account";
import { reconcileEvents } from "./reconcile-events.ts";

/** Every five minutes: the events that Stripe has and no webhook brought. */
export const handler = scheduledHandler(depsFor({ gateway: openGateway }), reconcileEvents);
