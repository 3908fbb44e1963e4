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
  summary: "The terms without prices, for a participant whom somebody else booked for",
  params,
  responses: () => ({
    200: {
      description: "The terms; as they were accepted, once they are",
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
  summary:
    "The participant accepts, with the hash of the terms and a signature, or declines; an acceptance can be taken back until the first day",
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
  summary: "The payer corrects who is invited, once a day; the agreement's new version is to be signed",
  params,
  body: participant,
  responses: booking,
  errors: ["not_found", "already_booked", "invalid_transition", "limit_exceeded"],
});
