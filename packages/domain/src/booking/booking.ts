import type { DomainEvent, EventData, EventName } from "../event/index.ts";
import type { BillingContext, FactContext, JournalEntry, Parts } from "../ledger/index.ts";
import type { PlanKind, QuotedTerms } from "../plan/index.ts";
import type { CalendarDate, Instant } from "../time/index.ts";
import type { PaymentMethod } from "./attempt.ts";
import type { Due } from "./due.ts";
import type { Participant } from "./participant.ts";
import type { BookingStatus } from "./transitions.ts";

/**
 * The terms that the client accepted, copied from the quote, so that later changes to the program do not affect the
 * booking.
 */
export type BookingTerms = QuotedTerms & { planKind: PlanKind };

/** `signedVersion` is the version that was signed; a changed booking has a higher `version` to sign. */
export type AgreementState = { version: number; hash: string; signedVersion: number | null; signedAt: Instant | null };

/**
 * How a booking ended early. It is kept, so that a payment still in flight is settled by the same rule. `reason` is
 * free text from the person who cancelled; it may contain personal details, so it never leaves the booking (I8).
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
  /** The id of the refund; null if nothing is refunded. */
  refundId: string | null;
  reason: string | null;
};

/**
 * Whether the participant takes part. A payer who books for themselves has accepted; any other participant is invited.
 */
export type Participation = "invited" | "accepted" | "declined";

/**
 * The version of the participation terms (the agreement without prices) that a participant who does not pay accepted.
 * The evidence is stored apart.
 */
export type Acceptance = { version: number; hash: string; at: Instant };

export type AdmissionOutcome = "admitted" | "no_show" | "turned_away";
export type Admission = { outcome: AdmissionOutcome; at: Instant; by: string };

/**
 * A payment method that may be charged off session. `fingerprint` is Stripe's, the same for the same card or account of
 * any payer. A card is valid through the last day of its month (`expiresOn`, `2030-04-30`). `unusable` says why it
 * cannot be charged: `declined` until the card network updates it, any other reason for good.
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
  /** When the card network last updated it; absent if never. */
  updatedAt?: Instant;
  unusable: "declined" | "detached" | "customer_deleted" | "mandate_withdrawn" | "refused" | null;
};

/** Which permission text the client agreed to, and when. The text and its evidence are stored under `id`. */
export type GivenPermission = { id: string; version: number; hash: string; at: Instant };

/**
 * Dates in the cohort's time zone. From `from` until `until` (exclusive) no try, notice, late charge or cancellation
 * for non-payment happens.
 */
export type Pause = { from: CalendarDate; until: CalendarDate | null };

/** What a payoff pays of one due, by parts. */
export type PaidOff = { dueId: string; parts: Parts };

/** Interest paid with a due before it was earned, in minor units. It pays part of the payoff. */
export type Unearned = { dueId: string; amount: number };

/** The dues that one payoff attempt settles together, priced as of the date `on`. */
export type OpenPayoff = { attemptId: string; on: CalendarDate; dues: PaidOff[]; unearned: Unearned[] };

/** One participant's claim on one place. Amounts are in minor units of `currency`; `paid` and `refunded` are gross. */
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
  /**
   * How the participant accepted when somebody else booked; null before that. A participant who pays accepts by
   * signing.
   */
  acceptance: Acceptance | null;
  /** When the payer last corrected the invited participant. */
  correctedAt: Instant | null;
  currency: string;
  total: number;
  financeCharge: number;
  paid: number;
  refunded: number;
  /**
   * What the booking's charges have paid on its dues and do not owe back: the sum of their `applied`, less refunds that
   * are not spread over charges yet.
   */
  applied: number;
  /** The booking's balance of `deferred_revenue`, kept from its own journal entries. */
  deferred: number;
  /**
   * The balances of `tax_payable` and `interest_income`, kept the same way; absent if nothing was ever posted there.
   */
  taxPayable?: number;
  interestIncome?: number;
  /**
   * The credit balance of its late charges, in minor units; after an ending also what it keeps. Absent if nothing was
   * posted there.
   */
  feeIncome?: number;
  dues: Due[];
  terms: BookingTerms;
  agreement: AgreementState;
  autopay: boolean;
  /** The latest permission to collect: in force while `autopay` is true. Absent if none was ever given. */
  permission?: GivenPermission;
  /** The method that later dues are collected from; absent if none is saved. */
  savedMethod?: SavedMethod;
  /** When staff paused and resumed collection; the last pause may still run. Absent if they never did. */
  pauses?: Pause[];
  /** The payoff that is under way. Null or absent while no payoff is open. */
  payoff?: OpenPayoff | null;
  /**
   * When a payoff was under way that failed or was not paid. Those days do not count toward lateness. Absent if none.
   */
  spared?: Pause[];
  /**
   * Until when interest is earned if nothing is left to pay: the date in the cohort's time zone on which the latest
   * payment of a due after the deposit began, or the latest waiver was made. Payments that have not settled do not count.
   * Absent until either has happened.
   */
  interestUntil?: CalendarDate;
  /** The date in the cohort's time zone on which we learned that the deposit had settled; absent until then. */
  depositSettledOn?: CalendarDate;
  /** While `held`: when the claim on the place ends. */
  holdExpiresAt: Instant | null;
  /**
   * Which of the account's hold slots this hold uses or used, from 1; null for a hold made by an admin, which is not
   * counted.
   */
  holdSlot: number | null;
  /** A session has extended the hold. At most one may, and one more after a failed bank debit. */
  holdExtended: boolean;
  /** A bank debit for the deposit failed, which allows one more session. */
  debitFailed: boolean;
  /** The deadline to be cleared while `awaiting_clearance`. */
  clearanceDueAt: Instant;
  /** When to remind the participant of missing evaluations while `awaiting_clearance`; future instants only. */
  clearanceReminders: Instant[];
  /** When the booking was first confirmed. */
  confirmedAt: Instant | null;
  admission: Admission | null;
  ending: Ending | null;
  timeline: { at: Instant; event: EventName }[];
  createdAt: Instant;
  /** The booking's earliest deadline, or null if none is left. */
  dueAt: Instant | null;
};

/** The result of a decision: the next booking, the events that report it and the journal entries that post it. */
export type BookingChange = { booking: Booking; events: DomainEvent[]; journal: JournalEntry[] };

export const isLive = (booking: Booking): boolean =>
  booking.status === "held" || booking.status === "awaiting_clearance" || booking.status === "confirmed";

/**
 * Clinicians may evaluate once the participant has accepted, until an admission is recorded or the booking ends. After
 * that, clearance changes nothing.
 */
export const mayBeEvaluated = (booking: Booking): boolean =>
  booking.participation === "accepted" && isLive(booking) && booking.admission === null;

/**
 * Whether a payoff is open or on its way. Until it ends no other payment begins, and its dues are not billed, noticed
 * or late.
 */
export const hasOpenPayoff = ({ payoff }: Pick<Booking, "payoff">): boolean => payoff !== undefined && payoff !== null;

/** Whether dues can still fall due. A plan may run past the retreat; an early ending cancels it. */
export const mayOwe = (booking: Booking): boolean => isLive(booking) || booking.status === "completed";

export const depositOf = (booking: Booking): Due => {
  const deposit = booking.dues.find((due) => due.kind === "deposit");
  if (deposit === undefined) throw new Error(`${booking.id} has no deposit`);
  return deposit;
};

/**
 * What was paid on the dues and not given back, in minor units. Taken from what the charges apply: a failed refund is
 * owed already, and an ending must not owe it twice.
 */
export const netPaid = ({ applied }: Booking): number => applied;

export const depositSettled = (booking: Booking): boolean => depositOf(booking).status === "paid";

export const agreementSigned = (booking: Booking): boolean =>
  booking.agreement.signedVersion === booking.agreement.version;

/** The ledger context of a money fact of this booking. Pass `booked` if its currency is not the booking's. */
export const factContext = (
  { id, currency }: Booking,
  effectiveOn: CalendarDate,
  booked: { currency: string } = { currency },
): FactContext => ({ effectiveOn, currency: booked.currency, bookingId: id });

/** The ledger context for billing one of its dues. */
export const billingContext = (booking: Booking, effectiveOn: CalendarDate): BillingContext => ({
  ...factContext(booking, effectiveOn),
  completed: booking.status === "completed",
});

/** An event about this booking: ids, statuses, dates and amounts only. */
export function bookingEvent(booking: Booking, name: EventName, data: EventData = {}): DomainEvent {
  return {
    name,
    subject: { type: "booking", id: booking.id, version: booking.version },
    data: { bookingId: booking.id, cohortId: booking.cohortId, status: booking.status, ...data },
  };
}
