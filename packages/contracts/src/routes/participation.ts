import * as z from "zod/mini";
import { bookingResponse, documentHash, participant } from "../booking.ts";
import { id, personName } from "../fields.ts";
import { defineRoute } from "../route.ts";

const params = z.strictObject({ id: id("bkg") });
const booking = () => ({ 200: { description: "The booking", schema: bookingResponse() } });

export const getParticipation = defineRoute({
  operationId: "getParticipation",
  method: "GET",
  path: "/v1/bookings/{id}/participation",
  function: "booking",
  access: ["client"],
  idempotency: "none",
  summary: "Gets the terms, without prices, that an invited participant accepts",
  params,
  responses: () => ({
    200: {
      description: "The current terms. After acceptance, the accepted terms.",
      schema: z.object({ version: z.int(), hash: z.string(), html: z.string() }),
    },
  }),
  errors: ["not_found"],
});

export const answerInvitation = defineRoute({
  operationId: "answerInvitation",
  method: "POST",
  path: "/v1/bookings/{id}/participation",
  function: "booking",
  access: ["client"],
  idempotency: "accepted",
  summary: "Accepts or declines the invitation",
  description:
    "To accept it, send the hash of the terms and a signature. The participant can withdraw an acceptance before the first day of the cohort.",
  params,
  body: z.strictObject({
    accepted: z.boolean(),
    hash: z.optional(documentHash()),
    signature: z.optional(personName(120, 2)),
  }),
  responses: booking,
  errors: ["not_found", "already_booked", "agreement_changed", "agreement_signed", "invalid_transition"],
});

export const putParticipant = defineRoute({
  operationId: "putParticipant",
  method: "PUT",
  path: "/v1/bookings/{id}/participant",
  function: "booking",
  access: ["client"],
  idempotency: "accepted",
  summary: "Corrects the invited participant's details, at most once in 24 hours",
  description: "Each correction creates a new version of the agreement, which the payer must sign.",
  params,
  body: participant,
  responses: booking,
  errors: ["not_found", "already_booked", "invalid_transition", "limit_exceeded"],
});
