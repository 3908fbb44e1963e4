import { type Quote, refuseQuote } from "../plan/index.ts";
import { type Instant, plusMinutes } from "../time/index.ts";
import { type Booking, type BookingChange, type BookingTerms, bookingEvent } from "./booking.ts";
import { nextDeadline } from "./deadline.ts";
import { cancelDues, type PlannedDue, scheduledDue } from "./due.ts";
import { nextVersion } from "./next-version.ts";
import { type BirthRefusal, type Participant, refuseParticipant } from "./participant.ts";
import { isForOneself } from "./relation.ts";

export type HoldRequest = {
  id: string;
  cohortId: string;
  programId: string;
  quoteId: string;
  placeId: string;
  holdSlot: number | null;
  placeType: string;
  owner: Booking["owner"];
  participant: Participant;
  currency: string;
  total: number;
  financeCharge: number;
  schedule: PlannedDue[];
  terms: BookingTerms;
  agreementHash: string;
};

export type HoldRefusal =
  | { reason: "quote_used" | "quote_expired" | "not_on_sale" }
  | { reason: "date_of_birth"; birth: BirthRefusal };

/**
 * Why a quote cannot become a booking for a participant now; null if it can. `usedBy` is the booking that it became.
 */
export function refuseHold(
  quote: Quote & { usedBy?: string },
  participant: Participant,
  now: Instant,
): HoldRefusal | null {
  if (quote.usedBy !== undefined) return { reason: "quote_used" };
  const notSold = refuseQuote(quote, now);
  if (notSold !== null) return { reason: notSold };
  const birth = refuseParticipant(participant, quote.terms, now);
  return birth === null ? null : { reason: "date_of_birth", birth };
}

/** The hold request of a quote: its prices, schedule and terms, with an id for each due. */
export const holdOf = (
  quote: Quote,
  made: Pick<HoldRequest, "id" | "owner" | "participant" | "agreementHash">,
  dueId: () => string,
): Omit<HoldRequest, "placeId" | "holdSlot"> => ({
  ...made,
  cohortId: quote.cohortId,
  programId: quote.programId,
  quoteId: quote.id,
  placeType: quote.placeType,
  currency: quote.currency,
  total: quote.total,
  financeCharge: quote.financeCharge,
  schedule: quote.schedule.map((due) => ({ id: dueId(), ...due })),
  terms: { ...quote.terms, planKind: quote.plan.kind },
});

/** Holds a place: the first version of a booking, whose claim expires after the program's hold minutes. */
export function hold(request: HoldRequest, now: Instant): BookingChange {
  const { schedule, agreementHash, ...booking } = request;
  const held: Booking = {
    ...booking,
    version: 1,
    auditHash: "",
    status: "held",
    participation: isForOneself(request) ? "accepted" : "invited",
    acceptance: null,
    correctedAt: null,
    paid: 0,
    refunded: 0,
    applied: 0,
    deferred: 0,
    dues: schedule.map(scheduledDue),
    agreement: { version: 1, hash: agreementHash, signedVersion: null, signedAt: null },
    autopay: false,
    holdExpiresAt: plusMinutes(now, request.terms.holdMinutes),
    holdExtended: false,
    debitFailed: false,
    clearanceDueAt: request.terms.clearanceDeadline,
    clearanceReminders: [],
    confirmedAt: null,
    admission: null,
    ending: null,
    timeline: [{ at: now, event: "BookingHeld" }],
    createdAt: now,
    dueAt: null,
  };
  const first = { ...held, dueAt: nextDeadline(held, now) };
  const data = {
    placeType: first.placeType,
    total: first.total,
    currency: first.currency,
    holdExpiresAt: first.holdExpiresAt,
  };
  return { booking: first, events: [bookingEvent(first, "BookingHeld", data)], journal: [] };
}

/** Expires a hold whose time has passed without a payment, and cancels its dues. Null if it has not passed. */
export function lapse(before: Booking, now: Instant): BookingChange | null {
  if (before.status !== "held" || before.holdExpiresAt === null || before.holdExpiresAt > now) return null;
  return expire(before, now);
}

/** Expires a hold that has lost its place or whose time has passed. */
function expire(before: Booking, now: Instant): BookingChange {
  return nextVersion(
    before,
    now,
    { facts: ["hold_lapsed"], holdExpiresAt: null, dues: cancelDues(before) },
    (booking) => ({ events: [bookingEvent(booking, "HoldExpired")], journal: [] }),
  );
}
