import * as z from "zod";
import { bookingResponse } from "../booking.ts";
import { cohortResponse } from "../cohort.ts";
import { amount, calendarDate, count, id, instant, label, listQuery, page, text, timeZone } from "../fields.ts";
import { programFields, programResponse, programStatus } from "../program.ts";
import { defineRoute } from "../route.ts";

const staff = ["unauthenticated", "forbidden"] as const;
const cohortParams = z.strictObject({ id: id("coh") });
const optional = {
  publicLabel: programFields.publicLabel.optional(),
  healthCare: programFields.healthCare.default(false),
  lateCharge: programFields.lateCharge.default(null),
  nonPayment: programFields.nonPayment.default(null),
  addOns: programFields.addOns.default([]),
  itinerary: programFields.itinerary.default([]),
  aftercare: programFields.aftercare.default([]),
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
  errors: ["validation_failed", ...staff, "idempotency_mismatch", "conflict"],
});

export const patchProgram = defineRoute({
  operationId: "patchProgram",
  method: "PATCH",
  path: "/v1/programs/{id}",
  function: "admin",
  access: ["admin"],
  idempotency: "none",
  summary: "Changes a program, publishes or retires it; live bookings keep the terms they were made under",
  params: z.strictObject({ id: id("prog") }),
  body: z.strictObject({ ...programFields, status: programStatus }).partial(),
  responses: () => ({ 200: { description: "The program", schema: programResponse() } }),
  errors: ["validation_failed", ...staff, "not_found", "invalid_transition", "conflict"],
});

const venue = text(200);
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
    places: z
      .array(z.strictObject({ type: label(), count: count(1, 60), price: amount().min(50).optional() }))
      .min(1)
      .max(10),
  }),
  responses: () => ({ 201: { description: "The cohort", schema: cohortResponse() } }),
  errors: ["validation_failed", ...staff, "not_found", "idempotency_mismatch", "conflict"],
});

export const patchCohort = defineRoute({
  operationId: "patchCohort",
  method: "PATCH",
  path: "/v1/cohorts/{id}",
  function: "admin",
  access: ["admin"],
  idempotency: "none",
  summary: "Opens or closes a cohort, changes its dates or venue",
  params: cohortParams,
  body: z
    .strictObject({
      status: z.enum(["draft", "open", "closed"]),
      startsOn: calendarDate(),
      endsOn: calendarDate(),
      venue,
    })
    .partial(),
  responses: () => ({ 200: { description: "The cohort", schema: cohortResponse() } }),
  errors: ["validation_failed", ...staff, "not_found", "invalid_transition", "places_in_use", "conflict"],
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
  errors: ["validation_failed", ...staff, "not_found", "invalid_transition", "idempotency_mismatch", "conflict"],
});

export const removePlaces = defineRoute({
  operationId: "removePlaces",
  method: "DELETE",
  path: "/v1/cohorts/{id}/places",
  function: "admin",
  access: ["admin"],
  idempotency: "none",
  summary: "Shrinks a cohort by free places only, all or nothing",
  params: cohortParams,
  query: z.strictObject({ type: label(), count: z.coerce.number().int().min(1).max(60) }),
  responses: () => ({ 200: { description: "The cohort", schema: cohortResponse() } }),
  errors: ["validation_failed", ...staff, "not_found", "places_in_use", "conflict"],
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
  errors: ["validation_failed", ...staff, "not_found"],
});

const auditRecord = () =>
  z.object({
    subject: z.object({ type: z.string(), id: z.string() }),
    sequence: z.int(),
    at: instant(),
    actor: z.object({ sub: z.string(), role: z.string() }),
    action: z.string(),
    before: z.record(z.string(), z.unknown()).nullable(),
    after: z.record(z.string(), z.unknown()).nullable(),
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
  summary: "Who did what to a subject, by an actor, or between two dates",
  query: listQuery({
    subject: z
      .string()
      .regex(/^((program|cohort|booking|clearance())#)?[a-z]{3,4}_[0-9a-z]+$/, "Must be an id, or type#id")
      .optional(),
    actor: z.string().max(100).optional(),
    from: calendarDate().optional(),
    to: calendarDate().optional(),
  }),
  responses: () => ({ 200: { description: "Records", schema: page(auditRecord()) } }),
  errors: ["validation_failed", ...staff],
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
  errors: [...staff],
});
