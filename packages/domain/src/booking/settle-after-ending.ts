import { type BillingContext, firstOf, keptAtCancellation, less, paymentSettled, refundOwed } from "../ledger/index.ts";
import { dateIn, type Instant } from "../time/index.ts";
import { billingContext, bookingEvent, factContext } from "./booking.ts";
import { chargeOf, paidBy, refundOn, succeededAttempt } from "./captured.ts";
import { cancelDue, payDue, replaceDue } from "./due.ts";
import { refundAtEnding } from "./ending-rule.ts";
import { nextVersion } from "./next-version.ts";
import { bookedEntries, paidOn, type Succeeded } from "./payment-outcome.ts";
import { refundRequested } from "./refund-request.ts";
import { interestOfDues, type PaidDues, payOff, payoffOf } from "./settle-payoff.ts";
import { attemptEventData, dueOf, type Settlement, type SettlementState } from "./settlement.ts";

/** The dues of a cancelled booking after the payment. */
function paidDuesOf({ booking, attempt }: SettlementState, payment: Succeeded, at: BillingContext): PaidDues {
  const payoff = payoffOf(booking, attempt);
  if (payoff !== null) return payOff(booking.dues, payoff, attempt, at);
  const due = dueOf(booking, attempt);
  const { due: paid, journal } = payDue(due, { attemptId: attempt.id, amount: payment.amount }, at);
  const paidAs = less(paid.billedParts, due.billedParts);
  return { dues: replaceDue(booking.dues, paid), journal, paidAs, dueIds: [due.id] };
}

/**
 * Settles a payment that was under way when the booking was cancelled: it is billed and paid, then kept or refunded by
 * the rule of that ending. A payoff changes the finance charge to the interest that was earned.
 */
export function settleAfterEnding(state: SettlementState, payment: Succeeded, now: Instant): Settlement {
  const { booking, attempt } = state;
  if (booking.ending === null) throw new Error(`${booking.id} is cancelled without an ending`);
  const at = billingContext(booking, paidOn(booking, payment));
  // The split into kept and refunded is decided now, whenever the payment was made.
  const decided = factContext(booking, dateIn(booking.terms.timeZone, now));
  // Calculated again on everything that was paid, so that the fee is taken once.
  const netPaid = booking.ending.netPaid + payment.amount;
  const { kept } = refundAtEnding(booking.ending, netPaid, booking.currency);
  const keptNow = kept - booking.ending.kept;
  const owed = payment.amount - keptNow;
  const { dues, paidAs, dueIds, journal } = paidDuesOf(state, payment, at);
  const givenBack = firstOf(paidAs, owed, booking.currency);
  const refund = owed > 0 ? refundOn(state, payment, owed, "after_cancellation", now) : null;
  const change = nextVersion(
    booking,
    now,
    {
      dues: dues.map((due) => cancelDue(due, booking.currency)),
      payoff: null,
      financeCharge: interestOfDues(dues),
      ...paidBy(booking, payment, keptNow),
      refunded: booking.refunded + owed,
      ending: { ...booking.ending, netPaid, kept },
    },
    (after) => ({
      events: [
        bookingEvent(after, "PaymentSettled", { ...attemptEventData(attempt), amount: payment.amount }),
        ...(refund === null ? [] : [refundRequested(after, refund)]),
      ],
      journal: [
        ...journal,
        ...paymentSettled({ chargeId: payment.chargeId, amount: payment.amount }, at),
        ...bookedEntries(payment, at),
        ...keptAtCancellation({ bookingId: booking.id, occasion: attempt.id, parts: less(paidAs, givenBack) }, decided),
        ...(refund === null ? [] : refundOwed({ refundId: refund.id, parts: givenBack }, decided)),
      ],
    }),
  );
  return {
    ...change,
    attempt: succeededAttempt(attempt, payment, now),
    charge: { ...chargeOf(state, payment, keptNow, now), ...(dueIds.length > 1 ? { dueIds } : {}) },
    ...(refund === null ? {} : { refund }),
  };
}
