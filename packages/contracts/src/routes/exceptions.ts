import * as z from "zod/mini";
import { bookingResponse } from "../booking.ts";
import { calendarDate, id, text } from "../fields.ts";
import { defineRoute } from "../route.ts";

/** Kept in the audit log for good. */
const reason = text(500);
const ofDue = z.strictObject({ id: id("bkg"), dueId: id("due") });
const booking = () => ({ 200: { description: "The booking", schema: bookingResponse() } });

export const waiveDue = defineRoute({
  operationId: "waiveDue",
  method: "POST",
  path: "/v1/bookings/{id}/dues/{dueId}/waiver",
  function: "booking",
  access: ["admin", "finance"],
  idempotency: "required",
  summary:
    "Waives all that is unpaid of a due, which keeps its amount; not the deposit, not while a payment of it is under way. The reason stays in the audit log",
  params: ofDue,
  body: z.strictObject({ reason }),
  responses: booking,
  errors: ["not_found", "invalid_transition"],
});

export const deferDue = defineRoute({
  operationId: "deferDue",
  method: "POST",
  path: "/v1/bookings/{id}/dues/{dueId}/deferral",
  function: "booking",
  access: ["admin", "finance"],
  idempotency: "required",
  summary:
    "Puts a due off to a later date, at once and without interest; lateness, notices and collection go by that date. The reason stays in the audit log",
  params: ofDue,
  body: z.strictObject({ dueOn: calendarDate(), reason }),
  responses: booking,
  errors: ["not_found", "invalid_transition"],
});

export const putCollection = defineRoute({
  operationId: "putCollection",
  method: "PUT",
  path: "/v1/bookings/{id}/collection",
  function: "booking",
  access: ["admin", "finance"],
  idempotency: "accepted",
  summary:
    "Pauses collection, or goes on with it: meanwhile nothing is collected, noticed, charged for being late or cancelled for want of payment, and links still work. The reason stays in the audit log",
  params: z.strictObject({ id: id("bkg") }),
  body: z.strictObject({ paused: z.boolean(), reason }),
  responses: booking,
  errors: ["not_found", "invalid_transition"],
});
