import * as z from "zod/mini";
import { bookingResponse } from "../booking.ts";
import { cohortResponse } from "../cohort.ts";
import {
  amount,
  calendarDate,
  count,
  countParameter,
  id,
  label,
  line,
  list,
  listQuery,
  page,
  timeZone,
} from "../fields.ts";
import { defineRoute } from "../route.ts";

const cohortParams = z.strictObject({ id: id("coh") });
const venue = line(200);

export const createCohort = defineRoute({
  operationId: "createCohort",
  method: "POST",
  path: "/v1/cohorts",
  function: "admin",
  access: ["admin"],
  idempotency: "accepted",
  summary: "Creates a draft cohort with its places",
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
  errors: [],
});

export const patchCohort = defineRoute({
  operationId: "patchCohort",
  method: "PATCH",
  path: "/v1/cohorts/{id}",
  function: "admin",
  access: ["admin"],
  idempotency: "accepted",
  summary: "Opens or closes a cohort, or changes its dates, time zone or venue",
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
  summary: "Adds places to a cohort",
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
  summary: "Removes a number of free places from a cohort, or none if too few are free",
  params: cohortParams,
  query: z.strictObject({ type: label(), count: countParameter(1, 60) }),
  responses: () => ({ 200: { description: "The cohort", schema: cohortResponse() } }),
  errors: ["not_found", "invalid_transition", "places_in_use", "conflict"],
});

export const listDraftCohorts = defineRoute({
  operationId: "listDraftCohorts",
  method: "GET",
  path: "/v1/drafts/cohorts",
  function: "admin",
  access: ["admin"],
  idempotency: "none",
  summary: "Lists cohorts that were never opened, by first day",
  description: "Their prices are those that they would open with.",
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
  summary: "Gets a cohort that was never opened",
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
  summary: "Lists the active and completed bookings of a cohort with their participants",
  params: cohortParams,
  query: listQuery({}),
  responses: () => ({ 200: { description: "Bookings", schema: page(bookingResponse()) } }),
  errors: ["not_found"],
});
