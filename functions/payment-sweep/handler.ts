import { scheduledHandler } from "@clearing/runtime/consumer";
import { depsFor } from "@clearing/runtime/deps";
import { openGateway } from "@clearing/runtime/stripe-account";
import { sweepPayments } from "./sweep-payments.ts";

/** Each minute: attempts and refunds that are not final and are due for a look. */
export const handler = scheduledHandler(depsFor({ gateway: openGateway }), sweepPayments);
