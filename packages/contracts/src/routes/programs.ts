import * as z from "zod/mini";
import { id, listQuery, page } from "../fields.ts";
import { programFields, programResponse, programStatus } from "../program.ts";
import { defineRoute } from "../route.ts";

const optional = {
  publicLabel: z.optional(programFields.publicLabel),
  healthCare: z._default(programFields.healthCare, false),
  taxes: z._default(programFields.taxes, []),
  lateCharge: z._default(programFields.lateCharge, null),
  nonPayment: z._default(programFields.nonPayment, null),
  collection: z._default(programFields.collection, {
    retryDays: [3, 5, 7],
    noticeDaysBefore: [7, 1],
    moveDays: 14,
    moves: 2,
  }),
  returnGraceDays: z._default(programFields.returnGraceDays, 5),
  financingHours: z._default(programFields.financingHours, 72),
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
  summary: "Creates a draft program",
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
  summary: "Changes, publishes or retires a program",
  description: "Cohorts that have been opened keep their terms.",
  params: z.strictObject({ id: id("prog") }),
  body: z.partial(z.strictObject({ ...programFields, status: programStatus })),
  responses: () => ({ 200: { description: "The program", schema: programResponse() } }),
  errors: ["not_found", "invalid_transition", "conflict"],
});

export const listDraftPrograms = defineRoute({
  operationId: "listDraftPrograms",
  method: "GET",
  path: "/v1/drafts/programs",
  function: "admin",
  access: ["admin"],
  idempotency: "none",
  summary: "Lists draft programs",
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
  summary: "Gets a draft program",
  params: z.strictObject({ id: id("prog") }),
  responses: () => ({ 200: { description: "The program", schema: programResponse() } }),
  errors: ["not_found"],
});
