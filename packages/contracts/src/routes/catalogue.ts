import { cohortStatuses } from "@clearing/domain/cohort";
import * as z from "zod/mini";
import { cohortResponse } from "../cohort.ts";
import { amount, calendarDate, count, id, instant, label, line, list, listQuery, page } from "../fields.ts";
import { disclosure, mostMonths, planKinds, policyDate, quotedPlan, scheduledDue } from "../plan.ts";
import { publicProgramResponse } from "../program.ts";
import { defineRoute, seldomAsked } from "../route.ts";

const ok = (description: string, schema: z.ZodMiniType) => ({ 200: { description, schema } });

export const health = defineRoute({
  operationId: "getHealth",
  method: "GET",
  path: "/health",
  function: "catalogue",
  access: "public",
  idempotency: "none",
  summary: "Checks whether the service is running",
  responses: () => ok("The API is up", z.object({ status: z.literal("ok") })),
  errors: [],
});

/** The request headers of a document that may be cached. */
const documentHeaders = z.object({
  "accept-encoding": z.optional(z.string()),
  "if-none-match": z.optional(z.string()),
});
const cached = ["cache-control", "etag", "vary"];
const unchanged = {
  description: "Not modified: the version in `If-None-Match` is current",
  contentTypes: [],
  headers: cached,
};

export const openapi = defineRoute({
  operationId: "getOpenapi",
  method: "GET",
  path: "/openapi.json",
  function: "catalogue",
  access: "public",
  idempotency: "none",
  summary: "Gets this OpenAPI document",
  throttle: seldomAsked,
  headers: documentHeaders,
  responses: () => ({
    200: {
      description: "OpenAPI 3.1",
      schema: z.object({
        openapi: z.string().check(z.regex(/^3\.1\.\d+$/)),
        info: z.object({ title: z.string(), version: z.string(), description: z.string() }),
        paths: z.record(z.string(), z.object({})),
        components: z.object({
          securitySchemes: z.record(z.string(), z.object({})),
          schemas: z.record(z.string(), z.object({})),
        }),
      }),
      headers: cached,
    },
    304: unchanged,
  }),
  errors: [],
});

export const docs = defineRoute({
  operationId: "getDocs",
  alsoHead: true,
  method: "GET",
  path: "/docs",
  function: "catalogue",
  access: "public",
  page: true,
  linked: true,
  idempotency: "none",
  summary: "Shows this documentation in a browser",
  throttle: seldomAsked,
  headers: documentHeaders,
  responses: () => ({
    200: { description: "The documentation page", contentTypes: ["text/html"], headers: cached },
    304: unchanged,
    503: { description: "A page: the documentation is not available right now", contentTypes: ["text/html"] },
  }),
  errors: [],
});

export const listPrograms = defineRoute({
  operationId: "listPrograms",
  method: "GET",
  path: "/v1/programs",
  function: "catalogue",
  access: "public",
  idempotency: "none",
  summary: "Lists the published programs",
  query: listQuery({}),
  responses: () => ok("Programs", page(publicProgramResponse())),
  errors: [],
});

export const getProgram = defineRoute({
  operationId: "getProgram",
  method: "GET",
  path: "/v1/programs/{id}",
  function: "catalogue",
  access: "public",
  idempotency: "none",
  summary: "Gets a published program",
  params: z.strictObject({ id: id("prog") }),
  responses: () => ok("The program", publicProgramResponse()),
  errors: ["not_found"],
});

export const listCohorts = defineRoute({
  operationId: "listCohorts",
  method: "GET",
  path: "/v1/cohorts",
  function: "catalogue",
  access: "public",
  idempotency: "none",
  summary: "Lists cohorts by first day, with the available places",
  query: listQuery({
    programId: z.optional(id("prog")),
    from: z.optional(calendarDate()),
    status: z.optional(z.enum(cohortStatuses)),
  }),
  responses: () => ok("Cohorts", page(cohortResponse())),
  errors: [],
});

export const getCohort = defineRoute({
  operationId: "getCohort",
  method: "GET",
  path: "/v1/cohorts/{id}",
  function: "catalogue",
  access: "public",
  idempotency: "none",
  summary: "Gets a cohort, with the available places by type",
  params: z.strictObject({ id: id("coh") }),
  responses: () => ok("The cohort", cohortResponse()),
  errors: ["not_found"],
});

export const comparePlans = defineRoute({
  operationId: "comparePlans",
  method: "GET",
  path: "/v1/cohorts/{id}/plans",
  function: "catalogue",
  access: "public",
  idempotency: "none",
  summary: "Compares the payment plans",
  description:
    "Each plan with monthly payments is shown with the largest number that is possible today. Unavailable plans have a `reason`.",
  params: z.strictObject({ id: id("coh") }),
  query: z.strictObject({ placeType: label() }),
  responses: () => ok("The plans. Figures of an unavailable plan are null.", planComparison()),
  errors: ["not_found"],
});

const planComparison = () =>
  z.object({
    currency: z.string(),
    items: z.array(
      z.object({
        kind: z.enum(planKinds),
        months: z.nullable(z.int()),
        available: z.boolean(),
        reason: z.optional(z.string()),
        dueToday: z.nullable(amount()),
        schedule: z.array(scheduledDue),
        total: z.nullable(amount()),
        financeCharge: z.nullable(amount()),
        apr: z.nullable(z.string()),
        lastBankDebitOn: z.nullable(calendarDate()),
      }),
    ),
  });

const quoteResponse = () =>
  z.object({
    id: id("quo"),
    cohortId: id("coh"),
    placeType: z.string(),
    plan: quotedPlan,
    termsVersion: z.int(),
    currency: z.string(),
    lines: z.array(
      z.object({
        kind: z.enum(["place", "add_on", "tax"]),
        id: z.string(),
        label: z.string(),
        quantity: z.int(),
        unitAmount: amount(),
        amount: amount(),
      }),
    ),
    total: amount(),
    deposit: amount(),
    financeCharge: amount(),
    schedule: z.array(scheduledDue),
    disclosure: z.nullable(disclosure),
    policy: z.array(policyDate),
    expiresAt: instant(),
  });

export const createQuote = defineRoute({
  operationId: "createQuote",
  method: "POST",
  path: "/v1/quotes",
  function: "catalogue",
  access: "public",
  idempotency: "none",
  summary: "Creates a quote",
  description:
    "A quote has the price and payment schedule for one place under one plan. It can be used for one booking.",
  body: z.strictObject({
    cohortId: id("coh"),
    placeType: label(),
    plan: z.discriminatedUnion("kind", [
      z.strictObject({ kind: z.enum(["full", "deposit_and_balance"]) }),
      z.strictObject({ kind: z.enum(["installments", "financed"]), months: z.optional(count(2, mostMonths)) }),
    ]),
    discountCode: z.optional(line(40)),
    addOns: z._default(list(z.strictObject({ id: label(), quantity: count(1, 100) }), { most: 20 }), []),
  }),
  responses: () => ({ 201: { description: "The quote", schema: quoteResponse() } }),
  errors: ["not_found", "not_on_sale", "plan_not_available"],
});

export const getQuote = defineRoute({
  operationId: "getQuote",
  method: "GET",
  path: "/v1/quotes/{id}",
  function: "catalogue",
  access: ["client", "clinician", "admin", "finance"],
  idempotency: "none",
  summary: "Gets a quote",
  params: z.strictObject({ id: id("quo") }),
  responses: () => ok("The quote", quoteResponse()),
  errors: ["not_found"],
});
