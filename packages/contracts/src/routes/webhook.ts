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
  description: "The signature is verified first. Each event is stored once and processed afterwards.",
  responses: () => ({ 200: { description: "Stored", schema: z.object({ received: z.literal(true) }) } }),
  errors: ["validation_failed", "payment_provider_unavailable"],
});
