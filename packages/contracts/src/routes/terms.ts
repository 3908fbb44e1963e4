import * as z from "zod/mini";
import { count, id } from "../fields.ts";
import { termsResponse } from "../program.ts";
import { defineRoute } from "../route.ts";

const params = z.strictObject({ id: id("coh") });

const cohortTerms = () => ({
  200: {
    description:
      "The terms that the cohort sells on, null before it first opens, and those that it would take from its program now: prices of its own win in both. `version` is the program's version that they are of",
    schema: z.object({
      version: z.nullable(z.int()),
      terms: z.nullable(termsResponse()),
      program: z.object({ version: z.int(), terms: termsResponse() }),
      differences: z.array(z.object({ path: z.string(), from: z.unknown(), to: z.unknown() })),
    }),
  },
});

export const getTerms = defineRoute({
  operationId: "getTerms",
  method: "GET",
  path: "/v1/cohorts/{id}/terms",
  function: "admin",
  access: ["admin"],
  idempotency: "none",
  summary: "What a cohort sells on, beside what its program says now",
  params,
  responses: cohortTerms,
  errors: ["not_found"],
});

export const takeTerms = defineRoute({
  operationId: "takeTerms",
  method: "POST",
  path: "/v1/cohorts/{id}/terms",
  function: "admin",
  access: ["admin"],
  idempotency: "accepted",
  summary: "Takes the program's present terms, named by their version, for quotes made from now on",
  params,
  body: z.strictObject({ version: count(1, 1_000_000_000) }),
  responses: cohortTerms,
  errors: ["not_found", "invalid_transition", "conflict"],
});
