import { type BillingContext, type JournalEntry, paymentSettled } from "../ledger/index.ts";
import { type CalendarDate, dateIn, earlier, type Instant, later } from "../time/index.ts";
import { type Booking, billingContext, bookingEvent, type OpenPayoff } from "./booking.ts";
import { chargeOf, paidBy, refundOn, succeededAttempt } from "./captured.ts";
import { type Due, payDue, replaceDue, unpaid } from "./due.ts";
import { type NextVersion, nextVersion } from "./next-version.ts";
import { bookedEntries, paidOn, type Succeeded } from "./payment-outcome.ts";
import { paidAhead } from "./payoff.ts";
import { refundRequested } from "./refund-request.ts";
import { resting } from "./resting.ts";
import { costOf, interestOfDues, payOff, payoffOf, withoutPaid } from "./settle-payoff.ts";
import { attemptEventData, dueOf, type Settlement, type SettlementState, withoutPayoff } from "./settlement.ts";

/**
 * Pays a due, or part of it. The part paid is billed on the due's date or with its payment, whichever is first. An
 * amount beyond what is unpaid is refunded.
 */
export function payOneDue(state: SettlementState, payment: Succeeded, now: Instant): Settlement {
  const payoff = payoffOf(state.booking, state.attempt);
  return payoff === null ? payDueOf(state, payment, now) : settlePayoff(state, payoff, payment, now);
}

/**
 * Pays every due that a payoff covers, and returns interest that other payments have paid ahead in the meantime. The
 * booking's finance charge becomes the interest that was earned.
 */
function settlePayoff(state: SettlementState, payoff: OpenPayoff, payment: Succeeded, now: Instant): Settlement {
  const { booking, attempt } = state;
  const at = billingContext(booking, paidOn(booking, payment));
  const alone = payOff(booking.dues, payoff, attempt, at);
  const on = interestUntil(state);
  const ahead = paidAhead({ ...booking, dues: alone.dues, payoff: null }, on, costOf(payoff));
  // One payoff with one entry for all unearned interest, since the entry is named after the attempt.
  const whole = ahead === null ? payoff : { ...payoff, on, ...joined(payoff, ahead) };
  const paid = ahead === null ? alone : payOff(booking.dues, whole, attempt, at);
  const changes = { dues: paid.dues, payoff: null, financeCharge: interestOfDues(paid.dues) };
  return settled(state, payment, { ...paid, changes, applied: costOf(whole) }, now);
}

type Settles = Pick<OpenPayoff, "dues" | "unearned">;
const joined = (one: Settles, other: Settles): Settles => ({
  dues: [...one.dues, ...other.dues],
  unearned: [...one.unearned, ...other.unearned],
});

function payDueOf(state: SettlementState, payment: Succeeded, now: Instant): Settlement {
  const { booking, attempt } = state;
  const at = billingContext(booking, paidOn(booking, payment));
  const today = dateIn(booking.terms.timeZone, now);
  const before = dueOf(booking, attempt);
  const applied = Math.min(payment.amount, unpaid(before));
  // A due whose date came before its payment is billed on that date, even if the sweep was late.
  const billedOn = earlier(before.dueOn, at.effectiveOn);
  const paid = payDue(before, { attemptId: attempt.id, amount: applied }, { ...at, effectiveOn: billedOn });
  const { openAttemptId } = paid.due;
  const due = paid.due.status === "paid" ? paid.due : { ...resting(booking, paid.due, today), openAttemptId };
  const changes = { dues: replaceDue(booking.dues, due), ...paidBeside(booking, before, applied, today) };
  const one = { changes, applied, journal: paid.journal };
  return settled(state, payment, settledAhead(state, one, at) ?? one, now);
}

/**
 * After this payment, interest paid ahead covers everything that is open: settles the rest with it and refunds the
 * excess.
 */
function settledAhead(
  state: SettlementState,
  { changes, applied, journal }: Paid & { changes: Pick<Booking, "dues"> },
  at: BillingContext,
): Paid | null {
  const { booking, attempt } = state;
  const ahead = paidAhead({ ...booking, ...changes }, interestUntil(state), applied);
  if (ahead === null) return null;
  const paid = payOff(changes.dues, ahead, attempt, at);
  return {
    changes: { ...changes, dues: paid.dues, financeCharge: interestOfDues(paid.dues) },
    applied: applied + ahead.amount,
    journal: [...journal, ...paid.journal],
    dueIds: [attempt.dueId, ...paid.dueIds],
  };
}

/**
 * Until when interest is earned if this payment is the last one: the date on which the latest payment began. It depends
 * neither on the order in which they settle nor on how long that takes.
 */
function interestUntil({ booking, attempt }: SettlementState): CalendarDate {
  const begunOn = dateIn(booking.terms.timeZone, attempt.createdAt);
  return later(begunOn, booking.latestPaymentBegunOn ?? begunOn);
}

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

/** The effect of a payment: `applied` (minor units) pays dues; `dueIds` if there are several. */
type Paid = { changes: NextVersion; applied: number; journal: JournalEntry[]; dueIds?: string[] };

function settled(
  state: SettlementState,
  payment: Succeeded,
  { changes, applied, journal, dueIds }: Paid,
  now: Instant,
): Settlement {
  const { booking, attempt } = state;
  const at = billingContext(booking, paidOn(booking, payment));
  const excess = payment.amount - applied;
  const refund = excess > 0 ? refundOn(state, payment, excess, "overpayment", now) : null;
  const sums = { ...paidBy(booking, payment, applied), refunded: booking.refunded + excess };
  const known = { ...sums, latestPaymentBegunOn: interestUntil(state) };
  const change = nextVersion(booking, now, { ...changes, ...known }, (after) => ({
    events: [
      bookingEvent(after, "PaymentSettled", { ...attemptEventData(attempt), amount: payment.amount }),
      ...(refund === null ? [] : [refundRequested(after, refund)]),
    ],
    journal: [
      ...journal,
      ...paymentSettled({ chargeId: payment.chargeId, amount: applied, excess }, at),
      ...bookedEntries(payment, at),
    ],
  }));
  return {
    ...change,
    attempt: succeededAttempt(attempt, payment, now),
    charge: { ...chargeOf(state, payment, applied, now), ...(dueIds === undefined ? {} : { dueIds }) },
    ...(refund === null ? {} : { refund }),
  };
}
