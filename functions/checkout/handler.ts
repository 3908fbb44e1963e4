import { httpHandler } from "@clearing/runtime/api";
import { readingAtOnce } from "@clearing/runtime/binding";
import { depsFor } from "@clearing/runtime/deps";
import { openPayLinks } from "@clearing/runtime/pay-links";
import { openGateway } from "@clearing/runtime/stripe-account";
import { checkoutBindings } from "./checkout.ts";
import { payBindings } from "./pay.ts";

/** The routes that call Stripe while the client waits. */
export const bindings = [...checkoutBindings, ...payBindings].map(readingAtOnce);

export const handler = httpHandler(depsFor({ gateway: openGateway, payLinks: openPayLinks }), bindings);
