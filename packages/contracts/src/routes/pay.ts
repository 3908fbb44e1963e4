import * as z from "zod/mini";
import { defineRoute, seldomAsked } from "../route.ts";

/** Whatever it holds, a page for people is the answer. */
const params = z.strictObject({ token: z.string().check(z.maxLength(300)) });
const page = (description: string) => ({ description, contentTypes: ["text/html"] });
const failures = {
  404: page("A neutral page: this link is not valid any more"),
  503: page("A neutral page: Stripe or a part of ours does not answer"),
};

export const payPage = defineRoute({
  operationId: "payPage",
  method: "GET",
  path: "/pay/{token}",
  function: "checkout",
  access: "public",
  page: true,
  linked: true,
  idempotency: "none",
  summary: "The link in mails: what is due, and a button. Opening it starts nothing",
  throttle: seldomAsked,
  params,
  responses: () => ({
    200: page("What is due, or that it is paid, on its way, or that nothing is to be paid"),
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
  summary: "The button of that page: opens Stripe's page for the due, or the one that is open",
  throttle: seldomAsked,
  params,
  responses: () => ({
    303: {
      description: "To Stripe's page, or back to the link's own where nothing can be paid now",
      headers: { location: "Where to go on" },
    },
    ...failures,
  }),
  errors: [],
});

export const methodPage = defineRoute({
  operationId: "methodPage",
  method: "GET",
  path: "/pay/{token}/method",
  function: "checkout",
  access: "public",
  page: true,
  linked: true,
  idempotency: "none",
  summary:
    "Where another card or bank account is saved, with the permission to collect from it. Opening it starts nothing",
  throttle: seldomAsked,
  params,
  responses: () => ({
    200: page("What saving another method means, or that the due is paid, or that nothing is to be paid"),
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
  summary: "The button of that page: opens Stripe's page that saves a method, or the one that is open",
  throttle: seldomAsked,
  params,
  /** The hash of the permission that the page showed. */
  query: z.strictObject({ permission: z.optional(z.string().check(z.maxLength(100))) }),
  responses: () => ({
    303: {
      description:
        "To Stripe's page, or back to the link's own where nothing can be saved, or the permission has changed",
      headers: { location: "Where to go on" },
    },
    ...failures,
  }),
  errors: [],
});
