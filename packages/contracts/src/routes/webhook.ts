import * as z from "zod/mini";
import { defineRoute } from "../route.ts";

export const stripeWebhook = defineRoute({
  operationId: "stripeWebhook",
  method: "POST",
  path: "/webhooks/stripe",
  function: "webhook",
  access: "public",
  raw: true,
  idempotency: "none",
  summary: "Receives an event from Stripe",
  description:
    "The signature is verified first. An event that Clearing acts on is stored once and processed afterwards. Other events are acknowledged and dropped.",
  responses: () => ({ 200: { description: "Received", schema: z.object({ received: z.literal(true) }) } }),
  errors: ["validation_failed", "payment_provider_unavailable"],
});
