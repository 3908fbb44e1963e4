import { scheduledHandler } from "@clearing/runtime/consumer";
import { depsFor } from "@clearing/runtime/deps";
import { sweep } from "./sweep.ts";

/** Each minute: what has fallen due, and needs no word with Stripe. */
export const handler = scheduledHandler(depsFor({}), sweep);
