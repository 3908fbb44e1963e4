import * as z from "zod/mini";
import { count, id } from "../fields.ts";
import { termsResponse } from "../program.ts";
import { defineRoute } from "../route.ts";

const params = z.strictObject({ id: id("coh") });

const cohortTerms = () => ({
  200: {
    description:
      "`terms` are the cohort's terms, null before it first opens. `program.terms` are the terms that it would take from its program now. The cohort's own prices apply to both. Each `version` is the version of the program.",
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
  summary: "Compares the terms of a cohort with its program's current terms",
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
  summary: "Applies the program's current terms to new quotes for the cohort",
  params,
  body: z.strictObject({ version: count(1, 1_000_000_000) }),
  responses: cohortTerms,
  errors: ["not_found", "invalid_transition", "conflict"],
});
