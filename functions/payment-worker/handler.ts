import { depsFor } from "@clearing/runtime/deps";
import { dueWorker } from "@clearing/runtime/due-worker";
import { openGateway } from "@clearing/runtime/stripe-account";
import { paymentWorks } from "./payment-worker.ts";

/** Works on the keys that the sweep handed out and that have to ask Stripe. */
export const handler = dueWorker(depsFor({ gateway: openGateway }), "payment-worker", paymentWorks);
