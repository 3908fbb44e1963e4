import {
  type Booked,
  bookingEntries,
  type FactContext,
  type JournalEntry,
  keptAtCancellation,
  paymentSettled,
  paymentToReturn,
  refundOwed,
} from "../ledger/index.ts";
import { type CalendarDate, dateIn, earlier, type Instant, later, plusMinutes } from "../time/index.ts";
import type { Attempt } from "./attempt.ts";
import { type Booking, type BookingChange, bookingEvent } from "./booking.ts";
import { refundAtEnding } from "./cancellation.ts";
import { nextVersion, waitsForConfirmation } from "./deadline.ts";
import { billDue, cancelDue, type Due, duesAtOnce, payDue, replaceDue, resting, unpaid } from "./due.ts";
import { type Charge, type Refund, type RefundReason, refundRequested, requestRefund } from "./refund.ts";
import { transition } from "./transitions.ts";

/**
 * What Stripe says of one attempt, reduced to what a booking decides on. Amounts in minor units. `booked` is null while
 * Stripe has not put a payment on its balance.
 */
export type PaymentOutcome =
  | { kind: "open" }
  | { kind: "processing"; paymentIntentId: string }
  /** The page was completed with a bank account that is still to be verified by micro-deposits. */
  | { kind: "verifying"; paymentIntentId: string }
  /** That was waited for as long as it is, and its intent cancelled if Stripe let it. */
  | { kind: "abandoned"; paymentIntentId: string }
  /** Its intent was cancelled at Stripe, by us or by hand. */
  | { kind: "cancelled"; paymentIntentId: string; code: string }
  | { kind: "failed"; paymentIntentId: string | null; code: string }
  | { kind: "expired" }
  | { kind: "refused"; code: string }
  /** Stripe lists no session of it: it is refused, unless its session is known. */
  | { kind: "never_made"; code: string }
  /** We ended its page, on which nobody could pay for a reason that is not the client's. */
  | { kind: "withdrawn"; code: string }
  | {
      kind: "succeeded";
      paymentIntentId: string;
      chargeId: string;
      amount: number;
      currency: string;
      paidAt: Instant;
      booked: Booked | null;
    };

export type Succeeded = Extract<PaymentOutcome, { kind: "succeeded" }>;

/**
 * What happens to the place and the locks, each only while it still names this booking: taken, or claimed until, for a
 * bank debit that is waited for or has failed, or because a page that was never made gives back what it brought.
 */
export type PlaceMove = { kind: "take" } | { kind: "claim"; until: Instant; cause: "debit" | "page" };

/** One transaction's worth of settlement; what is absent does not change. */
export type Settlement = Partial<Pick<BookingChange, "booking" | "events">> & {
  attempt: Attempt;
  journal: JournalEntry[];
  place?: PlaceMove;
  charge?: Charge;
  refund?: Refund;
};

export type SettlementState = {
  booking: Booking;
  attempt: Attempt;
  /** The place still names this booking. */
  placeIsOurs: boolean;
  /** The id of a refund, should one be owed. */
  refundId: string;
};

/** A payment that Stripe has not booked yet is asked for again. */
export const feePollMinutes = 10;

/** The deposit is paid and the place is ours: `awaiting_clearance`. Confirmation is the next transaction. */
export function takeDeposit(state: SettlementState, placeId: string, payment: Succeeded, now: Instant): Settlement {
  const { booking } = state;
  const at = context(booking, paidOn(booking, payment));
  const today = dateIn(booking.terms.timeZone, now);
  const paid = payDue(dueOf(booking, state.attempt), { attemptId: state.attempt.id, amount: payment.amount }, at);
  const journal = [...paid.journal];
  // Nothing is billed while a booking is held: what is past by now is billed with its deposit, as far as one
  // transaction may grow, and the rest by the sweep.
  let most = duesAtOnce;
  const dues = replaceDue(booking.dues, paid.due).map((due) => {
    if (due.dueOn > today || unpaid(due) === 0 || waitsForConfirmation(booking, due) || most === 0) return due;
    most -= 1;
    const billed = billDue(due, { ...at, effectiveOn: later(at.effectiveOn, due.dueOn) });
    journal.push(...billed.journal);
    return billed.due;
  });
  const revived = booking.status === "expired";
  const status = transition(booking.status, revived ? "late_money" : "deposit_settled");
  if (status === null) throw new Error(`${booking.id}: a deposit cannot settle on ${booking.status}`);
  const change = nextVersion(
    booking,
    now,
    { status, placeId, holdExpiresAt: null, dues, paid: booking.paid + payment.amount },
    (after) => ({
      events: [
        ...(revived ? [bookingEvent(after, "BookingRevived")] : []),
        bookingEvent(after, "PaymentSettled", { ...about(state.attempt), amount: payment.amount }),
      ],
      journal: [
        ...journal,
        ...paymentSettled({ chargeId: payment.chargeId, amount: payment.amount }, at),
        ...bookedEntries(payment, at),
      ],
    }),
  );
  return {
    ...change,
    attempt: succeededAttempt(state.attempt, payment, now),
    charge: chargeOf(state, payment, payment.amount, now),
    place: { kind: "take" },
  };
}

/** Late money finds the expired (or lapsed) booking a place again: it is as if it had expired, and its dues are back. */
export function revive(state: SettlementState, placeId: string, payment: Succeeded, now: Instant): Settlement {
  const dues = state.booking.dues.map(
    (due): Due => (due.status === "cancelled" ? { ...due, status: "scheduled" } : due),
  );
  const expired: Booking = { ...state.booking, status: "expired", dues };
  return takeDeposit({ ...state, booking: expired }, placeId, payment, now);
}

/** A due is paid, or a part of it, and billed on its date or with its payment, whichever is first; the rest waits. */
export function payOneDue(state: SettlementState, payment: Succeeded, now: Instant): Settlement {
  const { booking, attempt } = state;
  const at = context(booking, paidOn(booking, payment));
  const today = dateIn(booking.terms.timeZone, now);
  const before = dueOf(booking, attempt);
  // A due that fell due before its payment was billed on its date, whether or not the sweep was there in time.
  const billedOn = earlier(before.dueOn, at.effectiveOn);
  const part = { attemptId: attempt.id, amount: payment.amount };
  const paid = payDue(before, part, { ...at, effectiveOn: billedOn });
  const { openAttemptId } = paid.due;
  const due = paid.due.status === "paid" ? paid.due : { ...resting(paid.due, today), openAttemptId };
  const change = nextVersion(
    booking,
    now,
    { dues: replaceDue(booking.dues, due), paid: booking.paid + payment.amount },
    (after) => ({
      events: [bookingEvent(after, "PaymentSettled", { ...about(attempt), amount: payment.amount })],
      journal: [
        ...paid.journal,
        ...paymentSettled({ chargeId: payment.chargeId, amount: payment.amount }, at),
        ...bookedEntries(payment, at),
      ],
    }),
  );
  return {
    ...change,
    attempt: succeededAttempt(attempt, payment, now),
    charge: chargeOf(state, payment, payment.amount, now),
  };
}

/** A payment that was under way when the booking was cancelled: billed, paid, then kept and owed by that ending. */
export function settleAfterEnding(state: SettlementState, payment: Succeeded, now: Instant): Settlement {
  const { booking, attempt } = state;
  if (booking.ending === null) throw new Error(`${booking.id} is cancelled without an ending`);
  const at = context(booking, paidOn(booking, payment));
  // What is kept and owed of it is decided now, whenever it was paid.
  const decided = context(booking, dateIn(booking.terms.timeZone, now));
  // The refund is computed anew on all that was paid, so that the fee is taken once.
  const netPaid = booking.ending.netPaid + payment.amount;
  const { kept } = refundAtEnding(booking.ending, netPaid, booking.currency);
  const keptNow = kept - booking.ending.kept;
  const owed = payment.amount - keptNow;
  const paid = payDue(dueOf(booking, attempt), { attemptId: attempt.id, amount: payment.amount }, at);
  const refund = owed > 0 ? refundOn(state, payment, owed, "after_cancellation", now) : null;
  const change = nextVersion(
    booking,
    now,
    {
      dues: replaceDue(booking.dues, cancelDue(paid.due)),
      paid: booking.paid + payment.amount,
      refunded: booking.refunded + owed,
      ending: { ...booking.ending, netPaid, kept },
    },
    (after) => ({
      events: [
        bookingEvent(after, "PaymentSettled", { ...about(attempt), amount: payment.amount }),
        ...(refund === null ? [] : [refundRequested(after, refund)]),
      ],
      journal: [
        ...paid.journal,
        ...paymentSettled({ chargeId: payment.chargeId, amount: payment.amount }, at),
        ...bookedEntries(payment, at),
        ...keptAtCancellation({ bookingId: booking.id, occasion: attempt.id, amount: keptNow }, decided),
        ...(refund === null ? [] : refundOwed({ refundId: refund.id, amount: owed }, decided)),
      ],
    }),
  );
  return {
    ...change,
    attempt: succeededAttempt(attempt, payment, now),
    charge: chargeOf(state, payment, keptNow, now),
    ...(refund === null ? {} : { refund }),
  };
}

/** Money that pays nothing we are owed goes back whole; a hold that lost its place expires in the same transaction. */
export function returnInFull(
  state: SettlementState,
  payment: Succeeded,
  reason: RefundReason,
  now: Instant,
): Settlement {
  const { booking, attempt } = state;
  const at = { ...context(booking, paidOn(booking, payment)), currency: payment.currency };
  const today = dateIn(booking.terms.timeZone, now);
  // Money of another currency is returned as it came, and is nothing that this booking counts.
  const ours = payment.currency === booking.currency ? payment.amount : 0;
  const refund = refundOn(state, payment, payment.amount, reason, now);
  const lapsed = booking.status === "held" && !state.placeIsOurs;
  const dues = booking.dues.map((due) =>
    due.openAttemptId === attempt.id && due.status !== "paid" ? freed(booking, due, today) : due,
  );
  const change = nextVersion(
    booking,
    now,
    {
      ...(lapsed ? { status: "expired", holdExpiresAt: null } : {}),
      dues: lapsed ? dues.map(cancelDue) : dues,
      paid: booking.paid + ours,
      refunded: booking.refunded + ours,
    },
    (after) => ({
      events: [...(lapsed ? [bookingEvent(after, "HoldExpired")] : []), refundRequested(after, refund)],
      journal: [
        ...paymentToReturn({ chargeId: payment.chargeId, amount: payment.amount }, at),
        ...bookedEntries(payment, at),
      ],
    }),
  );
  return {
    ...change,
    attempt: succeededAttempt(attempt, payment, now),
    charge: chargeOf(state, payment, 0, now),
    refund,
  };
}

/** A due that nothing collects any more. While a booking is held nothing is billed, so nothing is past due either. */
export const freed = (booking: Booking, due: Due, today: CalendarDate): Due =>
  booking.status === "held" ? { ...due, status: "scheduled", openAttemptId: null } : resting(due, today);

/** What an event says of an attempt. */
export const about = (attempt: Attempt) => ({
  dueId: attempt.dueId,
  attemptId: attempt.id,
  purpose: attempt.purpose,
  amount: attempt.amount,
  currency: attempt.currency,
});

/** Where and when a booking's money facts belong. */
export const context = (booking: Booking, effectiveOn: CalendarDate): FactContext => ({
  effectiveOn,
  currency: booking.currency,
  bookingId: booking.id,
});

/** The due that an attempt collects. */
export function dueOf(booking: Booking, attempt: Attempt): Due {
  const due = booking.dues.find(({ id }) => id === attempt.dueId);
  if (due === undefined) throw new Error(`${attempt.id} collects ${attempt.dueId}, which ${booking.id} does not have`);
  return due;
}

/** The calendar date in the cohort's zone on which Stripe booked a payment, or took it while that is not known. */
export const paidOn = ({ terms }: Booking, { booked, paidAt }: Pick<Succeeded, "booked" | "paidAt">): CalendarDate =>
  dateIn(terms.timeZone, booked?.at ?? paidAt);

/** The entries that a payment's balance transaction adds: its fee and its conversion. Empty until Stripe has booked it. */
export const bookedEntries = (
  { amount, booked }: Pick<Succeeded, "amount" | "booked">,
  at: FactContext,
): JournalEntry[] => (booked === null ? [] : bookingEntries({ amount, direction: "in", booked }, at));

const succeededAttempt = (attempt: Attempt, payment: Succeeded, now: Instant): Attempt => ({
  ...attempt,
  version: attempt.version + 1,
  status: "succeeded",
  verifyUntil: null,
  paymentIntentId: payment.paymentIntentId,
  chargeId: payment.chargeId,
  feePosted: payment.booked !== null,
  failureCode: null,
  dueAt: payment.booked === null ? plusMinutes(now, feePollMinutes) : null,
});

/** `applied` is what pays dues; the rest is promised back in the same transaction. */
const chargeOf = (
  { booking, attempt }: SettlementState,
  payment: Succeeded,
  applied: number,
  now: Instant,
): Charge => ({
  id: payment.chargeId,
  bookingId: booking.id,
  dueId: attempt.dueId,
  attemptId: attempt.id,
  paymentIntentId: payment.paymentIntentId,
  amount: payment.amount,
  refundable: applied,
  applied,
  currency: payment.currency,
  createdAt: now,
});

const refundOn = (
  { booking, refundId }: SettlementState,
  payment: Succeeded,
  amount: number,
  reason: RefundReason,
  now: Instant,
): Refund =>
  requestRefund({
    id: refundId,
    booking,
    reason,
    requestedBy: "system",
    now,
    currency: payment.currency,
    amount,
    charge: { id: payment.chargeId, paymentIntentId: payment.paymentIntentId },
  });
