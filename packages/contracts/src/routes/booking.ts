import { standings } from "@clearing/domain/booking/standing";
import { bookingStatuses } from "@clearing/domain/booking/transitions";
import * as z from "zod/mini";
import { bookingResponse, documentHash, participant } from "../booking.ts";
import { stampedPlace } from "../cursor.ts";
import { amount, calendarDate, countParameter, id, instant, listQuery, page, personName, text } from "../fields.ts";
import { defineRoute } from "../route.ts";

const params = z.strictObject({ id: id("bkg") });
const booking = () => ({ 200: { description: "The booking", schema: bookingResponse() } });

export const createBooking = defineRoute({
  operationId: "createBooking",
  method: "POST",
  path: "/v1/bookings",
  function: "booking",
  access: ["client", "admin"],
  idempotency: "required",
  summary: "Holds a place for a limited time at a quote's prices",
  body: z.strictObject({ quoteId: id("quo"), participant }),
  responses: () => ({ 201: { description: "The booking, `held`", schema: bookingResponse() } }),
  errors: ["not_found", "sold_out", "already_booked", "quote_expired", "quote_used", "not_on_sale", "limit_exceeded"],
});

export const listBookings = defineRoute({
  operationId: "listBookings",
  method: "GET",
  path: "/v1/bookings",
  function: "booking",
  access: ["client", "clinician", "admin", "finance"],
  idempotency: "none",
  summary: "Lists bookings",
  description: "Clients see their own, staff see all.",
  query: listQuery({
    cohortId: z.optional(id("coh")),
    status: z.optional(z.enum(bookingStatuses)),
    standing: z.optional(z.enum(standings)),
  }),
  responses: () => ({ 200: { description: "Bookings, newest first", schema: page(bookingResponse()) } }),
  errors: [],
});

export const getBooking = defineRoute({
  operationId: "getBooking",
  method: "GET",
  path: "/v1/bookings/{id}",
  function: "booking",
  access: ["client", "clinician", "admin", "finance"],
  idempotency: "none",
  summary: "Gets a booking",
  params,
  responses: () => ({
    200: {
      description:
        "The booking. Admins also see `cancellationReason`. Staff also see `undeliverable`: who does not receive emails about it. Admins and clinicians also see the participant's phone number and date of birth. Each read by staff is recorded in the access log.",
      schema: z.extend(bookingResponse(), {
        participant: z.object({
          name: z.string(),
          email: z.string(),
          phone: z.optional(z.string()),
          dateOfBirth: z.optional(calendarDate()),
        }),
        cancellationReason: z.optional(z.string()),
        undeliverable: z.optional(
          z.array(
            z.object({
              recipient: z.enum(["payer", "participant"]),
              kind: z.enum(["bounced", "complained", "refused"]),
              at: instant(),
            }),
          ),
        ),
      }),
    },
  }),
  errors: ["not_found"],
});

export const getAccessLog = defineRoute({
  operationId: "getAccessLog",
  method: "GET",
  path: "/v1/bookings/{id}/access-log",
  function: "booking",
  access: ["client", "admin"],
  idempotency: "none",
  summary: "Lists which staff members read the booking",
  params,
  query: listQuery({}, { isPlace: stampedPlace(/acc_[0-9a-z]{26}/) }),
  responses: () => ({
    200: {
      description: "Reads, newest first. `actor` is the `sub` of the staff member's account.",
      schema: page(z.object({ at: instant(), actor: z.string(), role: z.string(), action: z.string() })),
    },
  }),
  errors: ["not_found"],
});

export const getAgreement = defineRoute({
  operationId: "getAgreement",
  method: "GET",
  path: "/v1/bookings/{id}/agreement",
  function: "booking",
  access: ["client", "admin", "finance"],
  idempotency: "none",
  summary: "Gets the agreement as it was signed, or as it is offered for signing now",
  description: "`version` selects an older one.",
  params,
  query: z.strictObject({ version: z.optional(countParameter(1, 9_999)) }),
  responses: () => ({
    200: {
      description: "The agreement",
      schema: z.object({
        version: z.int(),
        hash: z.string(),
        html: z.string(),
        signedAt: z.nullable(instant()),
        signature: z.nullable(z.string()),
        autopay: z.nullable(z.boolean()),
      }),
    },
  }),
  errors: ["not_found"],
});

export const signAgreement = defineRoute({
  operationId: "signAgreement",
  method: "POST",
  path: "/v1/bookings/{id}/agreement",
  function: "booking",
  access: ["client"],
  idempotency: "accepted",
  summary: "Signs the current version of the agreement",
  description: "`autopay` is optional.",
  params,
  body: z.strictObject({
    hash: documentHash(),
    signature: personName(120, 2),
    accepted: z.literal(true),
    autopay: z._default(z.boolean(), false),
  }),
  responses: booking,
  errors: ["not_found", "agreement_changed", "agreement_signed", "invalid_transition"],
});

const refundOn = () =>
  z.object({
    on: calendarDate(),
    refundPercent: z.int(),
    administrationFee: amount(),
    netPaid: amount(),
    refund: amount(),
    kept: amount(),
  });

export const previewCancellation = defineRoute({
  operationId: "previewCancellation",
  method: "GET",
  path: "/v1/bookings/{id}/cancellation",
  function: "booking",
  access: ["client", "admin"],
  idempotency: "none",
  summary: "Previews the refund of a cancellation today and in the next tier of the policy",
  params,
  responses: () => ({
    200: {
      description: "The preview",
      schema: z.object({
        bookingId: id("bkg"),
        currency: z.string(),
        ...refundOn().shape,
        next: z.nullable(refundOn()),
      }),
    },
  }),
  errors: ["not_found", "invalid_transition"],
});

export const cancelBooking = defineRoute({
  operationId: "cancelBooking",
  method: "POST",
  path: "/v1/bookings/{id}/cancellation",
  function: "booking",
  access: ["client", "admin"],
  idempotency: "required",
  summary: "Cancels a booking and closes its open payment pages",
  description:
    "A client gets the refund that the cancellation policy provides, or everything paid if an invited participant has not accepted yet. If an admin cancels, everything paid is refunded.",
  params,
  body: z.strictObject({ reason: text(500) }),
  responses: () => ({ 200: { description: "The booking, `cancelled`", schema: bookingResponse() } }),
  errors: ["not_found", "invalid_transition"],
});

export const recordAdmission = defineRoute({
  operationId: "recordAdmission",
  method: "POST",
  path: "/v1/bookings/{id}/admission",
  function: "booking",
  access: ["admin", "clinician"],
  idempotency: "accepted",
  summary: "Records whether the participant arrived",
  description: "Only admins can record `admitted` and `no_show`. Only clinicians can record `turned_away`.",
  params,
  body: z.strictObject({ outcome: z.enum(["admitted", "no_show", "turned_away"]) }),
  responses: booking,
  errors: ["not_found", "clearance_required", "invalid_transition"],
});
