import { sqsConsumer } from "@clearing/runtime/consumer";
import { depsFor } from "@clearing/runtime/deps";
import { openGateway } from "@clearing/runtime/stripe-account";
import { applyEvent } from "./apply.ts";

/** Acts on Stripe's events: what they name is fetched again. */
export const handler = sqsConsumer(depsFor({ gateway: openGateway }), applyEvent);
