import { type JournalEntry, paymentSettled } from "../ledger/index.ts";
import { type CalendarDate, dateIn, earlier, type Instant, later } from "../time/index.ts";
import { type Booking, billingContext, bookingEvent, type OpenPayoff } from "./booking.ts";
import { chargeOf, refundOn, succeededAttempt } from "./captured.ts";
import { nextCollection } from "./collection-time.ts";
import { type Due, payDue, replaceDue, unpaid } from "./due.ts";
import { balancesAfter, nextVersion } from "./next-version.ts";
import { bookedEntries, paidOn, type Succeeded } from "./payment-outcome.ts";
import type { Refund } from "./refund.ts";
import { refundRequested } from "./refund-request.ts";
import { resting } from "./resting.ts";
import { settleAhead } from "./settle-ahead.ts";
import { costOf, interestOfDues, payOff, payoffOf, withoutPaid } from "./settle-payoff.ts";
import { attemptEventData, dueOf, goOn, type Settlement, type SettlementState, withoutPayoff } from "./settlement.ts";

/**
 * Pays a due, or part of it. The part paid is billed on the due's date or with its payment, whichever is first. An
 * amount beyond what is unpaid is refunded.
 */
export function payOneDue(state: SettlementState, payment: Succeeded, now: Instant): Settlement {
  const payoff = payoffOf(state.booking, state.attempt);
  return payoff === null ? payDueOf(state, payment, now) : settlePayoff(state, payoff, payment, now);
}

/** Pays every due that a payoff covers. The booking's finance charge becomes the interest that was earned. */
function settlePayoff(state: SettlementState, payoff: OpenPayoff, payment: Succeeded, now: Instant): Settlement {
  const { booking, attempt } = state;
  const { dues, dueIds, journal } = payOff(
    booking.dues,
    payoff,
    attempt,
    billingContext(booking, paidOn(booking, payment)),
  );
  const changes = {
    dues: goOn(booking, attempt, dues, now),
    ...withoutPayoff(booking, attempt, dateIn(booking.terms.timeZone, now)),
    financeCharge: interestOfDues(dues),
  };
  return settled(state, payment, { changes, share: costOf(payoff), journal, dueIds }, now);
}

function payDueOf(state: SettlementState, payment: Succeeded, now: Instant): Settlement {
  const { booking, attempt } = state;
  const at = billingContext(booking, paidOn(booking, payment));
  const today = dateIn(booking.terms.timeZone, now);
  const before = dueOf(booking, attempt);
  const share = Math.min(payment.amount, unpaid(before));
  // A due whose date came before its payment is billed on that date, even if the sweep was late.
  const billedOn = earlier(before.dueOn, at.effectiveOn);
  const paid = payDue(before, { attemptId: attempt.id, amount: share }, { ...at, effectiveOn: billedOn });
  const due = paid.due.status === "paid" ? paid.due : restOf(booking, before, paid.due, now);
  const changes = { dues: replaceDue(booking.dues, due), ...paidBeside(booking, before, share, today) };
  return settled(state, payment, { changes, share, journal: paid.journal }, now);
}

/** What is left of a due after a part payment. If that was a debit, collection resumes at the next collection time. */
function restOf(booking: Booking, before: Due, due: Due, now: Instant): Due {
  const { timeZone } = booking.terms;
  const rest = resting(booking, due, dateIn(timeZone, now));
  return before.status === "processing" ? { ...rest, goesOnAt: nextCollection(now, timeZone) } : rest;
}

/**
 * Until when interest is earned if this payment is the last one: the date on which the latest payment began, or the
 * latest waiver was made. It depends neither on the order in which payments settle nor on how long that takes. Late
 * charges carry no interest, so their payment does not change it.
 */
function interestUntil(state: SettlementState): CalendarDate {
  const { booking, attempt } = state;
  const begunOn = dateIn(booking.terms.timeZone, attempt.createdAt);
  const until = booking.interestUntil ?? begunOn;
  return paysLateCharge(state) ? until : later(begunOn, until);
}

const paysLateCharge = ({ booking, attempt }: SettlementState): boolean =>
  attempt.purpose === "due" && dueOf(booking, attempt).kind === "late_charge";

/** What a payment of one due changes in an open payoff that covers the due. */
function paidBeside(
  booking: Booking,
  due: Due,
  applied: number,
  today: CalendarDate,
): Pick<Booking, "payoff" | "spared"> | Record<string, never> {
  const { payoff, currency } = booking;
  if (payoff === undefined || payoff === null) return {};
  const rest = withoutPaid(payoff, due, applied, currency);
  return rest === null ? withoutPayoff(booking, { id: payoff.attemptId }, today) : { payoff: rest };
}

/** The effect of a payment: `share` (minor units) pays dues; `dueIds` if there may be several. */
type Paid = {
  changes: Pick<Booking, "dues"> & Partial<Pick<Booking, "payoff" | "spared" | "financeCharge">>;
  share: number;
  journal: JournalEntry[];
  dueIds?: string[];
};

/**
 * Completes a payment. If interest that was paid in advance now covers everything that is open, it settles that too, and the
 * excess of both is one refund.
 */
function settled(state: SettlementState, payment: Succeeded, paid: Paid, now: Instant): Settlement {
  const { booking, attempt, refundId } = state;
  const { share } = paid;
  const on = interestUntil(state);
  const at = billingContext(booking, paidOn(booking, payment));
  const balances = balancesAfter(booking, paid.journal);
  const after = { ...booking, ...paid.changes, ...balances, applied: booking.applied + share };
  const ahead = settleAhead(after, { id: `${attempt.id}:ahead`, refundId, on }, at);
  const excess = payment.amount - share;
  const refund = refundOf(state, payment, { excess, unearned: ahead?.refunded ?? 0 }, now);
  const known = {
    ...paid.changes,
    ...(ahead === null ? {} : { dues: ahead.dues, financeCharge: interestOfDues(ahead.dues) }),
    paid: booking.paid + payment.amount,
    applied: after.applied - (ahead?.refunded ?? 0),
    refunded: booking.refunded + (refund?.amount ?? 0),
    ...(paysLateCharge(state) ? {} : { interestUntil: on }),
  };
  const change = nextVersion(booking, now, known, (after) => ({
    events: [
      bookingEvent(after, "PaymentSettled", { ...attemptEventData(attempt), amount: payment.amount }),
      ...(refund === null ? [] : [refundRequested(after, refund)]),
    ],
    journal: [
      ...paid.journal,
      ...paymentSettled({ chargeId: payment.chargeId, amount: share, excess }, at),
      ...(ahead?.journal ?? []),
      ...bookedEntries(payment, at),
    ],
  }));
  const dueIds = ahead === null ? paid.dueIds : [...new Set([...(paid.dueIds ?? [attempt.dueId]), ...ahead.dueIds])];
  return {
    ...change,
    attempt: succeededAttempt(attempt, payment, now),
    charge: { ...chargeOf(state, payment, share, now), ...(dueIds === undefined ? {} : { dueIds }) },
    ...(refund === null ? {} : { refund }),
  };
}

/** What a payment refunds: its own excess, and interest that was paid in advance with any payment. Null if nothing. */
function refundOf(
  state: SettlementState,
  payment: Succeeded,
  { excess, unearned }: { excess: number; unearned: number },
  now: Instant,
): Refund | null {
  if (excess + unearned === 0) return null;
  return refundOn(state, payment, excess + unearned, unearned > 0 ? "unearned_interest" : "overpayment", now, excess);
}
