import { sqsConsumer } from "@clearing/runtime/consumer";
import { depsFor } from "@clearing/runtime/deps";
import { openGateway } from "@clearing/runtime/stripe-account";
import { applyEvent } from "./apply.ts";

/** Applies Stripe's events, after fetching the objects that they name. */
export const handler = sqsConsumer(depsFor({ gateway: openGateway }), applyEvent);
