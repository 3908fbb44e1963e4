import { type BillingContext, type JournalEntry, paymentSettled } from "../ledger/index.ts";
import { type CalendarDate, dateIn, earlier, type Instant } from "../time/index.ts";
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
 * A due is paid, or a part of it, and billed on its date or with its payment, whichever is first; the rest waits. What
 * comes late and exceeds what is still open goes back.
 */
export function payOneDue(state: SettlementState, payment: Succeeded, now: Instant): Settlement {
  const payoff = payoffOf(state.booking, state.attempt);
  return payoff === null ? payDueOf(state, payment, now) : settlePayoff(state, payoff, payment, now);
}

/** All that a payoff covers is paid; the finance charge of the booking is what was earned. */
function settlePayoff(state: SettlementState, payoff: OpenPayoff, payment: Succeeded, now: Instant): Settlement {
  const { booking } = state;
  const paid = payOff(booking.dues, payoff, billingContext(booking, paidOn(booking, payment)));
  const changes = { dues: paid.dues, payoff: null, financeCharge: interestOfDues(paid.dues) };
  return settled(state, payment, { ...paid, changes, applied: costOf(payoff) }, now);
}

function payDueOf(state: SettlementState, payment: Succeeded, now: Instant): Settlement {
  const { booking, attempt } = state;
  const at = billingContext(booking, paidOn(booking, payment));
  const today = dateIn(booking.terms.timeZone, now);
  const before = dueOf(booking, attempt);
  const applied = Math.min(payment.amount, unpaid(before));
  // A due that fell due before its payment was billed on its date, whether or not the sweep was there in time.
  const billedOn = earlier(before.dueOn, at.effectiveOn);
  const paid = payDue(before, { attemptId: attempt.id, amount: applied }, { ...at, effectiveOn: billedOn });
  const { openAttemptId } = paid.due;
  const due = paid.due.status === "paid" ? paid.due : { ...resting(booking, paid.due, today), openAttemptId };
  const changes = { dues: replaceDue(booking.dues, due), ...paidBeside(booking, before, applied, today) };
  const one = { changes, applied, journal: paid.journal };
  return settled(state, payment, settledAhead(state, one, at, today) ?? one, now);
}

/** A payment after which interest that was paid ahead pays all that is open: that is settled with it, and the rest goes back. */
function settledAhead(
  { booking, attempt }: SettlementState,
  { changes, applied, journal }: Paid & { changes: Pick<Booking, "dues"> },
  at: BillingContext,
  today: CalendarDate,
): Paid | null {
  const ahead = paidAhead({ ...booking, ...changes }, today, applied);
  if (ahead === null) return null;
  const paid = payOff(changes.dues, { ...ahead, attemptId: attempt.id }, at);
  return {
    changes: { ...changes, dues: paid.dues, financeCharge: interestOfDues(paid.dues) },
    applied: applied + ahead.amount,
    journal: [...journal, ...paid.journal],
    dueIds: [attempt.dueId, ...paid.dueIds],
  };
}

/** What a payment of one due changes of an open payoff that covers it. */
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

/** What a payment pays: `applied` of it, to dues as they are changed by it; `dueIds` where those are several. */
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
  const refund = excess > 0 ? refundOn(state, payment, excess, "duplicate_payment", now) : null;
  const sums = { ...paidBy(booking, payment, applied), refunded: booking.refunded + excess };
  const change = nextVersion(booking, now, { ...changes, ...sums }, (after) => ({
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
