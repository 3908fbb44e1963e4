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
import { programFields, programResponse, programStatus } from "../program.ts";
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
  summary: "Changes a program, publishes or retires it; live bookings keep the terms they were made under",
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
  summary: "Who did what to a subject, by an actor, or between two dates; the last 30 days if none of them is named",
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
