import { attentions, evaluationKinds, evaluationOutcomes, lacks } from "@clearing/domain/screening";
import * as z from "zod/mini";
import { calendarDate, id, instant, listQuery, page, text } from "../fields.ts";
import { defineRoute } from "../route.ts";

const params = z.strictObject({ bookingId: id("bkg") });
const headers = z.object({
  "access-purpose": z._default(z.enum(["treatment", "payment", "operations", "patient_request"]), "treatment"),
});
const clearance = z.object({
  status: z.enum(["pending", "cleared", "not_cleared", "withdrawn", "lapsed"]),
  validUntil: z.nullable(calendarDate()),
});
/** What is missing for the booking's cohort. `validity`: cleared, but not through its last day. */
const missing = z.array(z.enum(lacks));
const evaluation = () =>
  z.object({
    id: id("evl"),
    kind: z.enum(evaluationKinds),
    outcome: z.enum(evaluationOutcomes),
    validUntil: z.nullable(calendarDate()),
    note: z.nullable(z.string()),
    by: z.string(),
    at: instant(),
  });
const screeningSummary = () =>
  z.object({
    bookingId: id("bkg"),
    bookingStatus: z.string(),
    cohortId: id("coh"),
    startsOn: calendarDate(),
    endsOn: calendarDate(),
    clearanceDueAt: instant(),
    clearance,
    missing,
    attention: z.nullable(z.enum(attentions)),
  });
const screening = () =>
  z.object({
    ...screeningSummary().shape,
    participant: z.object({ name: z.string(), dateOfBirth: calendarDate() }),
    evaluations: z.array(evaluation()),
  });

export const listScreenings = defineRoute({
  operationId: "listScreenings",
  method: "GET",
  path: "/v1/screenings",
  function: "clinical",
  access: ["clinician"],
  idempotency: "none",
  summary: "Lists the bookings that can be evaluated, earliest clearance deadline first",
  description: "The clinician's own bookings are left out.",
  headers,
  query: listQuery({ status: z.optional(clearance.shape.status), attention: z.optional(z.enum(attentions)) }),
  responses: () => ({ 200: { description: "Screenings", schema: page(screeningSummary()) } }),
  errors: [],
});

export const getScreening = defineRoute({
  operationId: "getScreening",
  method: "GET",
  path: "/v1/screenings/{bookingId}",
  function: "clinical",
  access: ["clinician"],
  idempotency: "none",
  summary: "Gets a participant's evaluations",
  description: "Each read is logged. Clinicians cannot read it for their own bookings.",
  headers,
  params,
  responses: () => ({ 200: { description: "The screening", schema: screening() } }),
  errors: ["not_found"],
});

export const recordEvaluation = defineRoute({
  operationId: "recordEvaluation",
  method: "POST",
  path: "/v1/screenings/{bookingId}/evaluations",
  function: "clinical",
  access: ["clinician"],
  idempotency: "accepted",
  summary: "Records a medical or psychiatric evaluation",
  description: "The latest evaluation of each kind decides.",
  params,
  headers,
  body: z.strictObject({
    kind: z.enum(evaluationKinds),
    outcome: z.enum(evaluationOutcomes),
    validUntil: z.optional(calendarDate()),
    note: z.optional(text(20_000)),
  }),
  responses: () => ({
    201: {
      description: "The evaluation and the clearance",
      schema: z.object({ evaluation: evaluation(), clearance, missing }),
    },
  }),
  errors: ["not_found", "invalid_transition"],
});

export const withdrawClearance = defineRoute({
  operationId: "withdrawClearance",
  method: "POST",
  path: "/v1/screenings/{bookingId}/withdrawal",
  function: "clinical",
  access: ["clinician"],
  idempotency: "accepted",
  summary: "Withdraws a clearance",
  description: "To clear the participant again, record both evaluations again.",
  params,
  headers,
  body: z.strictObject({ note: text(20_000) }),
  responses: () => ({ 200: { description: "The clearance", schema: z.object({ clearance }) } }),
  errors: ["not_found", "invalid_transition"],
});
