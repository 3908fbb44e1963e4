import type { RefundReason, Task } from "@clearing/domain/booking";
import { bookingStatuses } from "@clearing/domain/booking/transitions";
import type { EventName } from "@clearing/domain/event";
import * as z from "zod/mini";
import { amount, calendarDate, count, currency, id, instant, label } from "./fields.ts";

/** The id of the request or of the sweep's message that led to an event. */
const correlationId = () => z.string().check(z.regex(/^[\w-]{1,64}=?$/));

/** An event's `detail`: ids, statuses, dates and amounts only (I8). */
const about = <Data extends z.core.$ZodShape>(type: string, prefix: string, data: Data) =>
  z.strictObject({
    id: id("evt"),
    version: z.literal(1),
    occurredAt: instant(),
    correlationId: correlationId(),
    subject: z.strictObject({ type: z.literal(type), id: id(prefix), version: z.int() }),
    data: z.strictObject(data),
  });

const aboutBooking = <Data extends z.core.$ZodShape>(data: Data) =>
  about("booking", "bkg", { bookingId: id("bkg"), cohortId: id("coh"), status: z.enum(bookingStatuses), ...data });

const money = { amount: amount(), currency: currency() };

const program = { programId: id("prog"), status: z.literal("published") };
const cohort = (status: "open" | "closed" | "completed") => ({
  cohortId: id("coh"),
  programId: id("prog"),
  status: z.literal(status),
});
const places = { cohortId: id("coh"), placeType: label(), count: count(1, 200) };
const payment = { dueId: id("due"), attemptId: id("att"), purpose: z.enum(["deposit", "due", "payoff"]), ...money };
const due = { dueId: id("due"), dueOn: calendarDate(), ...money };
/** Absent in events of an earlier release. */
const wasDueOn = z.optional(calendarDate());
const ending = {
  by: z.enum([
    "client",
    "participant",
    "operator",
    "clearance_deadline",
    "non_payment",
    "not_cleared",
    "no_show",
    "turned_away",
  ]),
  refund: amount(),
  kept: amount(),
  currency: currency(),
};
const refund = {
  refundId: id("ref"),
  ...money,
  reason: z.enum([
    "cancellation",
    "not_cleared",
    "turned_away",
    "clearance_deadline",
    "late_payment",
    "duplicate_payment",
    "overpayment",
    "unearned_interest",
    "wrong_currency",
    "after_cancellation",
    "abandoned_payment",
    "made_at_stripe",
  ] satisfies RefundReason[]),
};

/** The schema of every event of source `clearing`, by name. Fields may be added; a field never changes its meaning. */
export const events = {
  ProgramPublished: about("program", "prog", program),
  CohortOpened: about("cohort", "coh", cohort("open")),
  CohortClosed: about("cohort", "coh", cohort("closed")),
  CohortCompleted: about("cohort", "coh", cohort("completed")),
  PlacesAdded: about("cohort", "coh", places),
  PlacesRemoved: about("cohort", "coh", places),
  BookingHeld: aboutBooking({ placeType: label(), total: amount(), currency: currency(), holdExpiresAt: instant() }),
  HoldExpired: aboutBooking({}),
  BookingRevived: aboutBooking({}),
  ParticipationChanged: aboutBooking({ participation: z.enum(["invited", "accepted", "declined"]) }),
  ParticipantCorrected: aboutBooking({ agreementVersion: z.int() }),
  AutopayChanged: aboutBooking({
    autopay: z.boolean(),
    /** `client`, or the reason why the saved method can no longer be charged. */
    reason: z.enum(["client", "detached", "customer_deleted", "mandate_withdrawn", "refused"]),
  }),
  /** Another payment method was saved. `autopay`: later payments are collected from it. */
  PaymentMethodSaved: aboutBooking({ autopay: z.boolean() }),
  AgreementSigned: aboutBooking({ agreementVersion: z.int(), autopay: z.boolean() }),
  PaymentProcessing: aboutBooking(payment),
  PaymentSettled: aboutBooking(payment),
  PaymentActionRequired: aboutBooking({ ...payment, action: z.literal("verify_bank_account"), until: instant() }),
  PaymentFailed: aboutBooking({ ...payment, reason: z.nullable(z.string()) }),
  ClearanceChanged: about("clearance", "bkg", {
    bookingId: id("bkg"),
    cohortId: id("coh"),
    status: z.enum(["pending", "cleared", "not_cleared", "withdrawn", "lapsed"]),
    validUntil: z.nullable(calendarDate()),
  }),
  ClearanceReminder: aboutBooking({ daysLeft: z.int(), clearanceDueAt: instant() }),
  BookingConfirmed: aboutBooking({}),
  BookingUnconfirmed: aboutBooking({}),
  BookingDeclined: aboutBooking(ending),
  BookingCancelled: aboutBooking(ending),
  ParticipantAdmitted: aboutBooking({ outcome: z.literal("admitted") }),
  BookingCompleted: aboutBooking({}),
  DueBilled: aboutBooking(due),
  DuePastDue: aboutBooking(due),
  DueNotice: aboutBooking({
    ...due,
    kind: z.enum(["upcoming", "changed", "past_due", "final"]),
    days: z.int(),
    byLink: z.boolean(),
    cancelsOn: z.nullable(calendarDate()),
  }),
  LateChargeAdded: aboutBooking({ ...due, forDueId: id("due") }),
  CollectionTaskOpened: aboutBooking({ ...due, reason: z.enum(["not_paid", "delinquent"] satisfies Task["reason"][]) }),
  DueWaived: aboutBooking({ ...due, wasDueOn }),
  DueDeferred: aboutBooking({ ...due, from: calendarDate(), wasDueOn }),
  CollectionChanged: aboutBooking({ paused: z.boolean() }),
  RefundRequested: aboutBooking(refund),
  RefundSucceeded: aboutBooking(refund),
  RefundRefused: aboutBooking({ ...refund, code: z.string() }),
  RefundFailed: aboutBooking(refund),
  MoneyConverted: about("entry", "je", { reference: z.string(), bookingId: z.nullable(id("bkg")), ...money }),
} satisfies Record<EventName, z.ZodMiniType>;

/**
 * The event of source `clearing.stripe` that the webhook and the catch-up publish: which Stripe object to fetch again.
 * Only `stripe-events` may consume it, since it names a report that is not applied yet. So `events.json` and `/docs`,
 * which are for consumers, leave it out.
 */
export const stripeEventReceived = z.strictObject({
  id: id("evt"),
  version: z.literal(1),
  occurredAt: instant(),
  correlationId: correlationId(),
  subject: z.strictObject({ type: z.literal("stripe_event"), id: id("evt"), version: z.literal(1) }),
  data: z.strictObject({
    eventId: id("evt"),
    type: z.string(),
    objectId: z.string(),
    objectType: z.string(),
    attempt: z.optional(z.strictObject({ bookingId: id("bkg"), attemptId: id("att") })),
  }),
});
