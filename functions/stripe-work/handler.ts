import { sqsConsumer } from "@clearing/runtime/consumer";
import { depsFor } from "@clearing/runtime/deps";
import { openGateway } from "@clearing/runtime/stripe-account";
import { workAtStripe } from "./stripe-work.ts";

/** Does the work at Stripe that a booking's change requires. */
export const handler = sqsConsumer(depsFor({ gateway: openGateway }), workAtStripe);
