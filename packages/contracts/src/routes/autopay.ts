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
  summary: "Gets autopay",
  description: "Returns whether it is on, which payment method it charges, and the text of the authorization.",
  params,
  responses: () => ({
    200: {
      description:
        "While autopay is on, or was on when the booking ended early, the text that the client agreed to. Otherwise, the text that they would agree to now.",
      schema: z.object({
        enabled: z.boolean(),
        /** The saved method that can be charged, or null. */
        method: z.nullable(
          z.object({
            type: z.enum(["card", "us_bank_account"]),
            last4: z.nullable(z.string()),
            /** The last day on which the card is valid. */
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
  summary: "Turns autopay on or off",
  description: "To turn it on, send the hash of the authorization's text. It can be turned off at any time.",
  params,
  body: z.strictObject({ enabled: z.boolean(), hash: z.optional(documentHash()) }),
  responses: () => ({ 200: { description: "The booking", schema: bookingResponse() } }),
  errors: ["not_found", "agreement_required", "agreement_changed", "invalid_transition", "conflict"],
});
