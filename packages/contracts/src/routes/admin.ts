import * as z from "zod/mini";
import { bookingResponse } from "../booking.ts";
import { cohortResponse } from "../cohort.ts";
import { stampedPlace } from "../cursor.ts";
import {
  amount,
  calendarDate,
  count,
  countParameter,
  id,
  instant,
  label,
  line,
  list,
  listQuery,
  matching,
  page,
  timeZone,
} from "../fields.ts";
import { programFields, programResponse, programStatus, termsResponse } from "../program.ts";
import { defineRoute } from "../route.ts";

const cohortParams = z.strictObject({ id: id("coh") });
const optional = {
  publicLabel: z.optional(programFields.publicLabel),
  healthCare: z._default(programFields.healthCare, false),
  lateCharge: z._default(programFields.lateCharge, null),
  nonPayment: z._default(programFields.nonPayment, null),
  addOns: z._default(programFields.addOns, []),
  itinerary: z._default(programFields.itinerary, []),
  aftercare: z._default(programFields.aftercare, []),
};

export const createProgram = defineRoute({
  operationId: "createProgram",
  method: "POST",
  path: "/v1/programs",
  function: "admin",
  access: ["admin"],
  idempotency: "accepted",
  summary: "Creates a program, as a draft",
  body: z.strictObject({ ...programFields, ...optional }),
  responses: () => ({ 201: { description: "The program", schema: programResponse() } }),
  errors: [],
});

export const patchProgram = defineRoute({
  operationId: "patchProgram",
  method: "PATCH",
  path: "/v1/programs/{id}",
  function: "admin",
  access: ["admin"],
  idempotency: "accepted",
  summary: "Changes a program, publishes or retires it; a cohort that was ever opened keeps the terms that it has",
  params: z.strictObject({ id: id("prog") }),
  body: z.partial(z.strictObject({ ...programFields, status: programStatus })),
  responses: () => ({ 200: { description: "The program", schema: programResponse() } }),
  errors: ["not_found", "invalid_transition", "conflict"],
});

const venue = line(200);
export const createCohort = defineRoute({
  operationId: "createCohort",
  method: "POST",
  path: "/v1/cohorts",
  function: "admin",
  access: ["admin"],
  idempotency: "accepted",
  summary: "Creates a cohort with its places, as a draft",
  body: z.strictObject({
    programId: id("prog"),
    startsOn: calendarDate(),
    endsOn: calendarDate(),
    timeZone: timeZone(),
    venue,
    places: list(z.strictObject({ type: label(), count: count(1, 60), price: z.optional(amount()) }), {
      least: 1,
      most: 10,
    }),
  }),
  responses: () => ({ 201: { description: "The cohort", schema: cohortResponse() } }),
  errors: ["not_found"],
});

export const patchCohort = defineRoute({
  operationId: "patchCohort",
  method: "PATCH",
  path: "/v1/cohorts/{id}",
  function: "admin",
  access: ["admin"],
  idempotency: "accepted",
  summary: "Opens or closes a cohort, changes its dates, its time zone or its venue",
  params: cohortParams,
  body: z.partial(
    z.strictObject({
      status: z.enum(["draft", "open", "closed"]),
      startsOn: calendarDate(),
      endsOn: calendarDate(),
      timeZone: timeZone(),
      venue,
    }),
  ),
  responses: () => ({ 200: { description: "The cohort", schema: cohortResponse() } }),
  errors: ["not_found", "invalid_transition", "places_in_use", "conflict"],
});

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
  params: cohortParams,
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
  params: cohortParams,
  body: z.strictObject({ version: count(1, 1_000_000_000) }),
  responses: cohortTerms,
  errors: ["not_found", "invalid_transition", "conflict"],
});

export const addPlaces = defineRoute({
  operationId: "addPlaces",
  method: "POST",
  path: "/v1/cohorts/{id}/places",
  function: "admin",
  access: ["admin"],
  idempotency: "accepted",
  summary: "Grows a cohort",
  params: cohortParams,
  body: z.strictObject({ type: label(), count: count(1, 60) }),
  responses: () => ({ 201: { description: "The cohort", schema: cohortResponse() } }),
  errors: ["not_found", "invalid_transition"],
});

export const removePlaces = defineRoute({
  operationId: "removePlaces",
  method: "DELETE",
  path: "/v1/cohorts/{id}/places",
  function: "admin",
  access: ["admin"],
  idempotency: "accepted",
  summary: "Shrinks a cohort by free places only, all or nothing",
  params: cohortParams,
  query: z.strictObject({ type: label(), count: countParameter(1, 60) }),
  responses: () => ({ 200: { description: "The cohort", schema: cohortResponse() } }),
  errors: ["not_found", "invalid_transition", "places_in_use", "conflict"],
});

export const listDraftPrograms = defineRoute({
  operationId: "listDraftPrograms",
  method: "GET",
  path: "/v1/drafts/programs",
  function: "admin",
  access: ["admin"],
  idempotency: "none",
  summary: "The programs that are not published yet",
  query: listQuery({}),
  responses: () => ({ 200: { description: "Programs", schema: page(programResponse()) } }),
  errors: [],
});

export const getDraftProgram = defineRoute({
  operationId: "getDraftProgram",
  method: "GET",
  path: "/v1/drafts/programs/{id}",
  function: "admin",
  access: ["admin"],
  idempotency: "none",
  summary: "One program that is not published yet",
  params: z.strictObject({ id: id("prog") }),
  responses: () => ({ 200: { description: "The program", schema: programResponse() } }),
  errors: ["not_found"],
});

export const listDraftCohorts = defineRoute({
  operationId: "listDraftCohorts",
  method: "GET",
  path: "/v1/drafts/cohorts",
  function: "admin",
  access: ["admin"],
  idempotency: "none",
  summary: "The cohorts that were never opened, by their first day, at the prices that they would open with",
  query: listQuery({}),
  responses: () => ({ 200: { description: "Cohorts", schema: page(cohortResponse()) } }),
  errors: [],
});

export const getDraftCohort = defineRoute({
  operationId: "getDraftCohort",
  method: "GET",
  path: "/v1/drafts/cohorts/{id}",
  function: "admin",
  access: ["admin"],
  idempotency: "none",
  summary: "One cohort that was never opened",
  params: cohortParams,
  responses: () => ({ 200: { description: "The cohort", schema: cohortResponse() } }),
  errors: ["not_found"],
});

export const getRoster = defineRoute({
  operationId: "getRoster",
  method: "GET",
  path: "/v1/cohorts/{id}/roster",
  function: "admin",
  access: ["admin"],
  idempotency: "none",
  summary: "Every live booking of a cohort, with its participant",
  params: cohortParams,
  query: listQuery({}),
  responses: () => ({ 200: { description: "Bookings", schema: page(bookingResponse()) } }),
  errors: ["not_found"],
});

const auditRecord = () =>
  z.object({
    subject: z.object({ type: z.string(), id: z.string() }),
    sequence: z.int(),
    at: instant(),
    recordedAt: instant(),
    actor: z.object({ sub: z.string(), role: z.string() }),
    action: z.string(),
    before: z.nullable(z.record(z.string(), z.unknown())),
    after: z.nullable(z.record(z.string(), z.unknown())),
    previousHash: z.string(),
    hash: z.string(),
  });

export const listAudit = defineRoute({
  operationId: "listAudit",
  method: "GET",
  path: "/v1/audit",
  function: "admin",
  access: ["admin", "finance"],
  idempotency: "none",
  summary:
    "Who did what to a subject, by an actor, or between two dates; the last 30 days if none of them is named. Of a booking of one's own only what its payer or participant sees",
  query: listQuery(
    {
      subject: z.optional(
        matching(/^((program|cohort|booking|clearance)#)?[a-z]{3,4}_[0-9A-Za-z_]{1,60}$/, "Must be an id, or type#id"),
      ),
      actor: z.optional(line(100)),
      from: z.optional(calendarDate()),
      to: z.optional(calendarDate()),
    },
    { isPlace: stampedPlace(/(?:program|cohort|booking|clearance)#[a-z]{3,4}_[0-9A-Za-z_]{1,60}#\d{8}/) },
  ),
  responses: () => ({
    200: {
      description:
        "Records: of a subject in the order of its chain, others in the order of their writing. `at` is when the act was asked for, and the hash covers it; `recordedAt` is when its record was written, and the hash does not cover it. `from` and `to` are UTC days over `recordedAt`, both inclusive. A page may be shorter than was asked for, and may take some seconds: a cursor is given only when nothing can be written before it any more, so that a reader who follows it misses no record",
      schema: page(auditRecord()),
    },
  }),
  errors: [],
});

export const verifyAudit = defineRoute({
  operationId: "verifyAudit",
  method: "GET",
  path: "/v1/audit/verification",
  function: "admin",
  access: ["admin", "finance"],
  idempotency: "none",
  summary: "Re-computes every subject's chain and holds it against the subject's head",
  responses: () => ({
    200: {
      description: "The verdict",
      schema: z.object({
        verified: z.boolean(),
        records: z.int(),
        broken: z.array(z.object({ subject: z.string(), sequence: z.int() })),
      }),
    },
  }),
  errors: [],
});
