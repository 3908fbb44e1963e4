import * as z from "zod/mini";
import { bookingResponse } from "../booking.ts";
import { calendarDate, id, text } from "../fields.ts";
import { defineRoute } from "../route.ts";

/** The audit log keeps it permanently. */
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
  summary: "Waives the unpaid part of a due",
  description:
    "The deposit and a due with a payment in progress cannot be waived. If interest paid in advance now covers all unpaid dues, it pays them, and the excess is refunded. The audit log keeps the reason.",
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
  summary: "Defers a due to a later date, without interest",
  description: "Notices, collection and late charges follow the new date. The audit log keeps the reason.",
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
  summary: "Pauses or resumes collection",
  description:
    "While it is paused, there is no automatic payment, notice, late charge or cancellation for non-payment. Payment links still work. The audit log keeps the reason.",
  params: z.strictObject({ id: id("bkg") }),
  body: z.strictObject({ paused: z.boolean(), reason }),
  responses: booking,
  errors: ["not_found", "invalid_transition"],
});
