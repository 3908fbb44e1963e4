import { sqsConsumer } from "@clearing/runtime/consumer";
import { depsFor } from "@clearing/runtime/deps";
import { openGateway } from "@clearing/runtime/stripe-account";
import { workAtStripe } from "./stripe-work.ts";

/** Does at Stripe what a booking's change asks for. */
export const handler = sqsConsumer(depsFor({ gateway: openGateway }), workAtStripe);
