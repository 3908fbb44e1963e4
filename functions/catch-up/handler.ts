import { scheduledHandler } from "@clearing/runtime/consumer";
import { depsFor } from "@clearing/runtime/deps";
import { openGateway } from "@clearing/runtime/stripe-account";
import { catchUp } from "./catch-up.ts";

/** Runs every five minutes, for Stripe's events that never arrived or were never applied. */
export const handler = scheduledHandler(depsFor({ gateway: openGateway }), (deps) => catchUp(deps));
