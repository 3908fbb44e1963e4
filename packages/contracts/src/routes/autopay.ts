import * as z from "zod/mini";
import { bookingResponse, documentHash } from "../booking.ts";
import { calendarDate, id } from "../fields.ts";
import { defineRoute } from "../route.ts";

const params = z.strictObject({ id: id("bkg") });

export const getAutopay = defineRoute({
  operationId: "getAutopay",
  method: "GET",
  path: "/v1/bookings/{id}/autopay",
  function: "booking",
  access: ["client"],
  idempotency: "none",
  summary: "The permission to collect by itself: whether it is given, from which method, and its text",
  params,
  responses: () => ({
    200: {
      description: "The text as it was given while the permission is in force, or else as it would be given now",
      schema: z.object({
        enabled: z.boolean(),
        /** The saved method that can be charged; null where there is none. */
        method: z.nullable(
          z.object({
            type: z.enum(["card", "us_bank_account"]),
            last4: z.nullable(z.string()),
            /** The last day on which a card is good. */
            expiresOn: z.nullable(calendarDate()),
          }),
        ),
        version: z.int(),
        hash: z.string(),
        html: z.string(),
      }),
    },
  }),
  errors: ["not_found"],
});

export const putAutopay = defineRoute({
  operationId: "putAutopay",
  method: "PUT",
  path: "/v1/bookings/{id}/autopay",
  function: "booking",
  access: ["client"],
  idempotency: "accepted",
  summary: "Gives the permission to collect by itself, by the hash of its text, or takes it back, at any time",
  params,
  body: z.strictObject({ enabled: z.boolean(), hash: z.optional(documentHash()) }),
  responses: () => ({ 200: { description: "The booking", schema: bookingResponse() } }),
  errors: ["not_found", "agreement_required", "agreement_changed", "invalid_transition", "conflict"],
});
