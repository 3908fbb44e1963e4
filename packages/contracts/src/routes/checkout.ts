import * as z from "zod/mini";
import { amount, id, instant } from "../fields.ts";
import { payoffResponse } from "../payoff.ts";
import { defineRoute, seldomAsked } from "../route.ts";

const params = z.strictObject({ id: id("bkg") });

export const openCheckout = defineRoute({
  operationId: "openCheckout",
  method: "POST",
  path: "/v1/bookings/{id}/checkout",
  function: "checkout",
  access: ["client"],
  idempotency: "required",
  summary: "Opens Stripe's hosted payment page, or returns the one that is open",
  description:
    "The client pays the deposit, another due or a payoff on the page. To pay only part of a due, send `amount`: at least 10,000 minor units or a tenth of the due, whichever is less. A booking can have at most 100 part payments. The purpose `payment_method` saves another card or bank account and charges nothing. While autopay is on, completing that page authorizes the new method: show the text in `permission` first.",
  params,
  body: z.strictObject({
    purpose: z.enum(["deposit", "due", "payoff", "payment_method"]),
    dueId: z.optional(id("due")),
    amount: z.optional(amount()),
    method: z.optional(z.enum(["card", "us_bank_account"])),
  }),
  responses: () => ({
    200: {
      description: "The payment page",
      schema: z.object({
        url: z.string(),
        sessionId: z.string(),
        expiresAt: instant(),
        /**
         * With the purpose `payment_method` while automatic collection is on: the permission's text, to show before the
         * page.
         */
        permission: z.optional(z.object({ version: z.int(), hash: z.string(), html: z.string() })),
      }),
    },
  }),
  errors: [
    "not_found",
    "agreement_required",
    "clearance_required",
    "hold_expired",
    "invalid_transition",
    "payment_refused",
    "idempotency_in_progress",
    "payment_provider_unavailable",
  ],
});

export const getPayoff = defineRoute({
  operationId: "getPayoff",
  method: "GET",
  path: "/v1/bookings/{id}/payoff",
  function: "booking",
  access: ["client", "admin", "finance"],
  idempotency: "none",
  summary: "Gets the amount that pays off the booking today",
  description:
    "Interest that is not earned yet is deducted. To pay the amount, open a checkout with the purpose `payoff`. The amount is valid on the day on which the checkout opens.",
  params,
  responses: () => ({ 200: { description: "The payoff", schema: payoffResponse() } }),
  errors: ["not_found", "clearance_required", "invalid_transition"],
});

/** The id of an attempt or a session in the URL. */
const name = () => z.string().check(z.maxLength(300));

export const checkoutReturn = defineRoute({
  operationId: "checkoutReturn",
  alsoHead: true,
  method: "GET",
  path: "/v1/checkout/return",
  function: "checkout",
  access: "public",
  page: true,
  linked: true,
  idempotency: "none",
  summary: "Shows the status of a payment to a client who returns from Stripe",
  description: "Records the payment without waiting for the webhook.",
  throttle: seldomAsked,
  query: z.strictObject({ session: z.optional(name()), attempt: z.optional(name()) }),
  responses: () => ({
    200: { description: "A page with the payment's status, without personal data", contentTypes: ["text/html"] },
    404: { description: "A page: no such payment", contentTypes: ["text/html"] },
    503: { description: "A page: Stripe or this service is not available right now", contentTypes: ["text/html"] },
  }),
  errors: [],
});
