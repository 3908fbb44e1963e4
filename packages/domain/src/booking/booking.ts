import type { DomainEvent, EventData, EventName } from "../event/index.ts";
import type { BillingContext, FactContext, JournalEntry, Parts } from "../ledger/index.ts";
import type { PlanKind, QuotedTerms } from "../plan/index.ts";
import type { CalendarDate, Instant } from "../time/index.ts";
import type { PaymentMethod } from "./attempt.ts";
import type { Due } from "./due.ts";
import type { Participant } from "./participant.ts";
import type { BookingStatus } from "./transitions.ts";

/** What the client accepted, copied from the quote, so that a later change of the program changes no booking. */
export type BookingTerms = QuotedTerms & { planKind: PlanKind };

/** `signedVersion` is the version that carries a signature; a changed booking has a higher `version` to sign. */
export type AgreementState = { version: number; hash: string; signedVersion: number | null; signedAt: Instant | null };

/**
 * How a booking ended early, kept so that a payment still in flight is treated the same when it settles. `reason` is what
 * the person who cancelled wrote: free text, which may say anything of them, so it stays on the booking (I8).
 */
export type Ending = {
  by:
    | "client"
    | "participant"
    | "operator"
    | "clearance_deadline"
    | "non_payment"
    | "not_cleared"
    | "no_show"
    | "turned_away";
  at: Instant;
  on: CalendarDate;
  refundPercent: number;
  administrationFee: number;
  netPaid: number;
  kept: number;
  /** The refund that gives it back, null when nothing is. */
  refundId: string | null;
  reason: string | null;
};

/** Whether the participant takes part. Who books for themselves has accepted; anybody else is invited first. */
export type Participation = "invited" | "accepted" | "declined";

/** Which version of the terms without prices a participant accepted who does not pay; the evidence stands beside it. */
export type Acceptance = { version: number; hash: string; at: Instant };

export type AdmissionOutcome = "admitted" | "no_show" | "turned_away";
export type Admission = { outcome: AdmissionOutcome; at: Instant; by: string };

/**
 * A payment method that may be charged while nobody is at a page. `fingerprint` is the same for the same card or account
 * of any payer; a card is good through the last day of its month (`expiresOn`, `2030-04-30`). `unusable` says why it is
 * charged no more: `declined` for good by its bank, until its network updates it, or gone.
 */
export type SavedMethod = {
  id: string;
  customerId: string;
  type: PaymentMethod;
  fingerprint: string | null;
  last4: string | null;
  expiresOn: CalendarDate | null;
  mandateId: string | null;
  savedAt: Instant;
  /** When its network updated it last; absent while that never did. */
  updatedAt?: Instant;
  unusable: "declined" | "detached" | "customer_deleted" | "mandate_withdrawn" | "refused" | null;
};

/** Which text was agreed to and when; the text itself stands beside the booking under `id`, with the evidence of it. */
export type GivenPermission = { id: string; version: number; hash: string; at: Instant };

/** Dates in the cohort's zone; nothing is tried, noticed, charged late or cancelled from `from` until `until`. */
export type Pause = { from: CalendarDate; until: CalendarDate | null };

/** What a payoff pays of a due: of what that consists. */
export type PaidOff = { dueId: string; parts: Parts };

/** Interest that was paid with a due before it was earned, in minor units: it pays a part of the payoff. */
export type Unearned = { dueId: string; amount: number };

/** Dues that one attempt settles together, as of a date. */
export type OpenPayoff = { attemptId: string; on: CalendarDate; dues: PaidOff[]; unearned: Unearned[] };

/** One participant's claim on one place. Amounts in minor units of `currency`; `paid` and `refunded` are gross. */
export type Booking = {
  id: string;
  version: number;
  auditHash: string;
  cohortId: string;
  programId: string;
  quoteId: string;
  placeId: string;
  placeType: string;
  status: BookingStatus;
  owner: { sub: string; email: string };
  participant: Participant;
  participation: Participation;
  /** Null until a participant accepts whom somebody else booked for; signing is the acceptance of everybody else. */
  acceptance: Acceptance | null;
  /** When the payer last corrected who is invited. */
  correctedAt: Instant | null;
  currency: string;
  total: number;
  financeCharge: number;
  paid: number;
  refunded: number;
  /** What its charges still apply: settled on its dues, less what is promised back. Their `applied` less what refunds have yet to spread. */
  applied: number;
  /** The booking's balance of `deferred_revenue`, kept from its own journal entries. */
  deferred: number;
  /** Its balances of `tax_payable` and of `interest_income`, kept likewise; absent where nothing was ever posted there. */
  taxPayable?: number;
  interestIncome?: number;
  dues: Due[];
  terms: BookingTerms;
  agreement: AgreementState;
  autopay: boolean;
  /** The permission to collect that was given last: in force while `autopay` is. Absent where none ever was. */
  permission?: GivenPermission;
  /** What the client pays later dues with by their permission; absent where nothing is saved. */
  savedMethod?: SavedMethod;
  /** When staff paused its collection, and went on; the last one may still run. Absent where they never did. */
  pauses?: Pause[];
  /** What is settled all at once while its attempt is open; absent, or null, where none is. */
  payoff?: OpenPayoff | null;
  /** When a payoff was under way that came to nothing: those days make nothing late. Absent where none ever was. */
  spared?: Pause[];
  /** The date in the cohort's zone on which the deposit was learnt to be settled; absent until then. */
  depositSettledOn?: CalendarDate;
  /** While `held`: the instant of the place's claim. */
  holdExpiresAt: Instant | null;
  /** Which of its account's live unpaid holds this one is or was, from 1 on; null for an admin's, which is not counted. */
  holdSlot: number | null;
  /** The hold has had its one extension. */
  holdExtended: boolean;
  /** A bank debit for the deposit has failed: the one more session that this allows has been given. */
  debitFailed: boolean;
  /** The instant by which an `awaiting_clearance` booking has to be cleared. */
  clearanceDueAt: Instant;
  /** The instants to come at which the participant is reminded of what is missing, while `awaiting_clearance`. */
  clearanceReminders: Instant[];
  /** When it was confirmed first. */
  confirmedAt: Instant | null;
  admission: Admission | null;
  ending: Ending | null;
  timeline: { at: Instant; event: EventName }[];
  createdAt: Instant;
  /** The least of its deadlines, or null when none is left. */
  dueAt: Instant | null;
};

/** What a decision changes: the next booking, the events that report it and the entries that post it. */
export type BookingChange = { booking: Booking; events: DomainEvent[]; journal: JournalEntry[] };

export const isLive = (booking: Booking): boolean =>
  booking.status === "held" || booking.status === "awaiting_clearance" || booking.status === "confirmed";

/**
 * Evaluations wait until the participant takes part. Once somebody has been admitted, or the booking has ended, clearance
 * changes nothing any more.
 */
export const mayBeEvaluated = (booking: Booking): boolean =>
  booking.participation === "accepted" && isLive(booking) && booking.admission === null;

/** Whether a payoff is open or on its way: nothing else begins meanwhile, and no due of it is billed, noticed or late. */
export const hasOpenPayoff = ({ payoff }: Pick<Booking, "payoff">): boolean => payoff !== undefined && payoff !== null;

/** Whether anything can still fall due: a plan may run on after the retreat, and ends with a booking that ended early. */
export const mayOwe = (booking: Booking): boolean => isLive(booking) || booking.status === "completed";

const depositOf = (booking: Booking): Due => {
  const deposit = booking.dues.find((due) => due.kind === "deposit");
  if (deposit === undefined) throw new Error(`${booking.id} has no deposit`);
  return deposit;
};

/**
 * What was paid on the dues and not given back, in minor units. Read from what its charges apply, because a refund that
 * failed is owed already, and an ending must not owe it twice.
 */
export const netPaid = ({ applied }: Booking): number => applied;

export const depositSettled = (booking: Booking): boolean => depositOf(booking).status === "paid";

export const agreementSigned = (booking: Booking): boolean =>
  booking.agreement.signedVersion === booking.agreement.version;

/** Where and when a money fact of this booking belongs; `currency` where it is not the booking's. */
export const factContext = (
  { id, currency }: Booking,
  effectiveOn: CalendarDate,
  booked: { currency: string } = { currency },
): FactContext => ({ effectiveOn, currency: booked.currency, bookingId: id });

/** Where and when one of its dues is billed. */
export const billingContext = (booking: Booking, effectiveOn: CalendarDate): BillingContext => ({
  ...factContext(booking, effectiveOn),
  completed: booking.status === "completed",
});

/** An event about this booking; ids, statuses, dates and amounts only. */
export function bookingEvent(booking: Booking, name: EventName, data: EventData = {}): DomainEvent {
  return {
    name,
    subject: { type: "booking", id: booking.id, version: booking.version },
    data: { bookingId: booking.id, cohortId: booking.cohortId, status: booking.status, ...data },
  };
}
