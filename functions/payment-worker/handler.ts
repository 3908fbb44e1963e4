import { depsFor } from "@clearing/runtime/deps";
import { openGateway } from "@clearing/runtime/stripe-account";
import { workerHandler } from "@clearing/runtime/worker-handler";
import { paymentWorks } from "./payment-worker.ts";

/** Works on the keys that the sweep handed out and that have to ask Stripe. */
export const handler = workerHandler(depsFor({ gateway: openGateway }), "payment-worker", paymentWorks);
