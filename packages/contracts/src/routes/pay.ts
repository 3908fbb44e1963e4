import * as z from "zod/mini";
import { defineRoute, seldomAsked } from "../route.ts";

/** Any token is accepted here, so that a page answers an invalid one. */
const params = z.strictObject({ token: z.string().check(z.maxLength(300)) });
const page = (description: string) => ({ description, contentTypes: ["text/html"] });
const failures = {
  404: page("A page: this link is no longer valid"),
  503: page("A page: Stripe or this service is not available right now"),
};

export const payPage = defineRoute({
  operationId: "payPage",
  alsoHead: true,
  method: "GET",
  path: "/pay/{token}",
  function: "checkout",
  access: "public",
  page: true,
  linked: true,
  idempotency: "none",
  summary: "Shows the amount due and a button to pay it, for the link in an email",
  description: "Opening the link starts no payment.",
  throttle: seldomAsked,
  params,
  responses: () => ({
    200: page("A page: the amount due, or that it is paid, in progress or no longer owed"),
    ...failures,
  }),
  errors: [],
});

export const pay = defineRoute({
  operationId: "pay",
  method: "POST",
  path: "/pay/{token}",
  function: "checkout",
  access: "public",
  page: true,
  linked: true,
  idempotency: "none",
  summary: "Opens Stripe's payment page for the due, or returns to the one that is open",
  throttle: seldomAsked,
  params,
  responses: () => ({
    303: {
      description: "Redirects to Stripe's page, or back to the link if nothing can be paid now",
      headers: ["location"],
    },
    ...failures,
  }),
  errors: [],
});

export const methodPage = defineRoute({
  operationId: "methodPage",
  alsoHead: true,
  method: "GET",
  path: "/pay/{token}/method",
  function: "checkout",
  access: "public",
  page: true,
  linked: true,
  idempotency: "none",
  summary: "Shows the page to save another card or bank account for autopay",
  description: "Opening it changes nothing.",
  throttle: seldomAsked,
  params,
  responses: () => ({
    200: page("A page: what saving another method means, or that no payment is left to collect"),
    ...failures,
  }),
  errors: [],
});

export const saveMethod = defineRoute({
  operationId: "saveMethod",
  method: "POST",
  path: "/pay/{token}/method",
  function: "checkout",
  access: "public",
  page: true,
  linked: true,
  idempotency: "none",
  summary: "Opens Stripe's page to save a payment method, or returns to the one that is open",
  throttle: seldomAsked,
  params,
  /** The hash of the permission that the page showed. */
  query: z.strictObject({ permission: z.optional(z.string().check(z.maxLength(100))) }),
  responses: () => ({
    303: {
      description:
        "Redirects to Stripe's page, or back to the link if nothing can be saved or the authorization has changed",
      headers: ["location"],
    },
    ...failures,
  }),
  errors: [],
});
