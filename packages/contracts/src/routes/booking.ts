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
  summary: "Holds a place for some minutes, at a quote's prices",
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
  summary: "A client's own bookings; staff see all",
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
  summary: "One booking",
  params,
  responses: () => ({
    200: {
      description:
        "The booking; to admins also what the person who cancelled it wrote, to staff whom mail about it does not reach, to admins and clinicians the participant's telephone number and date of birth. A read by staff is recorded",
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
  summary: "Who of the staff read the booking, for its payer, its participant and admins",
  params,
  query: listQuery({}, { isPlace: stampedPlace(/acc_[0-9a-z]{26}/) }),
  responses: () => ({
    200: {
      description: "Reads, the latest first; `actor` is the subject of the person's account",
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
  summary: "The exact document that the client accepts; an older one with `version`",
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
  summary: "Signs the current version, once; `autopay` is a free choice of its own",
  params,
  body: z.strictObject({
    hash: documentHash(),
    signature: personName(120, 2),
    accepted: z.literal(true, "Must be true"),
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
  summary: "What a cancellation gives back today, and in the next tier",
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
  summary:
    "Cancels: by the client under the policy, by an admin with a full refund; open payment pages are closed afterwards",
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
  summary: "Records who arrived; `turned_away` is a clinician's word",
  params,
  body: z.strictObject({ outcome: z.enum(["admitted", "no_show", "turned_away"]) }),
  responses: booking,
  errors: ["not_found", "clearance_required", "invalid_transition"],
});
