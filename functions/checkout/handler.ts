import { httpHandler } from "@clearing/runtime/api";
import { readingAtOnce } from "@clearing/runtime/binding";
import { depsFor } from "@clearing/runtime/deps";
import { openGateway } from "@clearing/runtime/stripe-account";
import { checkoutBindings } from "./checkout.ts";

/** What has to ask Stripe while the client waits. */
export const handler = httpHandler(depsFor({ gateway: openGateway }), checkoutBindings.map(readingAtOnce));
