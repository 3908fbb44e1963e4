import { depsFor } from "@clearing/runtime/deps";
import { openGateway } from "@clearing/runtime/stripe-account";
import { workerHandler } from "@clearing/runtime/worker-handler";
import { paymentWorks } from "./payment-worker.ts";

/** Works on the keys from the sweep that need Stripe. */
export const handler = workerHandler(depsFor({ gateway: openGateway }), "payment-worker", paymentWorks);
