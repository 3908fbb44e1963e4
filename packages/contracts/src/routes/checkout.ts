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
  summary:
    "Stripe's hosted page for the deposit or another due; a second call gives the open one. `amount` pays a part of a " +
    "due: at least 10,000 minor units or a tenth of the due, whichever is less, at most 100 parts a booking. " +
    "`payment_method` takes no money and saves another card or bank account; while dues are collected by permission, " +
    "completing that page gives it for the new method, by the text in `permission`, which is to be shown before",
  params,
  body: z.strictObject({
    purpose: z.enum(["deposit", "due", "payoff", "payment_method"], "Must be deposit, due, payoff or payment_method"),
    dueId: z.optional(id("due")),
    amount: z.optional(amount()),
    method: z.optional(z.enum(["card", "us_bank_account"])),
  }),
  responses: () => ({
    200: {
      description: "The page",
      schema: z.object({
        url: z.string(),
        sessionId: z.string(),
        expiresAt: instant(),
        /** With the purpose `payment_method` while dues are collected by permission: its text, to be shown before the page. */
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
  summary:
    "What settles everything today, with the interest that is not earned taken off; a checkout with the purpose " +
    "`payoff` pays it, exact for the day on which it began",
  params,
  responses: () => ({ 200: { description: "The payoff", schema: payoffResponse() } }),
  errors: ["not_found", "clearance_required", "invalid_transition"],
});

/** The id of an attempt or of a session, as an address gives it. */
const name = () => z.string().check(z.maxLength(300));

export const checkoutReturn = defineRoute({
  operationId: "checkoutReturn",
  method: "GET",
  path: "/v1/checkout/return",
  function: "checkout",
  access: "public",
  page: true,
  linked: true,
  idempotency: "none",
  summary:
    "Where Stripe's page returns to: settles the payment, so that a late webhook is not noticed, and says how it stands",
  throttle: seldomAsked,
  query: z.strictObject({ session: z.optional(name()), attempt: z.optional(name()) }),
  responses: () => ({
    200: { description: "A neutral page, also where no payment is named", contentTypes: ["text/html"] },
    404: { description: "A neutral page: there is no such payment here", contentTypes: ["text/html"] },
    503: { description: "A neutral page: Stripe or a part of ours does not answer", contentTypes: ["text/html"] },
  }),
  errors: [],
});
