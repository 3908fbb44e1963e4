import { paymentSettled } from "../ledger/index.ts";
import { dateIn, earlier, type Instant } from "../time/index.ts";
import { billingContext, bookingEvent, type OpenPayoff } from "./booking.ts";
import { chargeOf, paidBy, succeededAttempt } from "./captured.ts";
import { payDue, replaceDue } from "./due.ts";
import { nextVersion } from "./next-version.ts";
import { bookedEntries, paidOn, type Succeeded } from "./payment-outcome.ts";
import { resting } from "./resting.ts";
import { interestOfDues, payOff, payoffOf } from "./settle-payoff.ts";
import { aboutAttempt, dueOf, type Settlement, type SettlementState } from "./settlement.ts";

/** A due is paid, or a part of it, and billed on its date or with its payment, whichever is first; the rest waits. */
export function payOneDue(state: SettlementState, payment: Succeeded, now: Instant): Settlement {
  const payoff = payoffOf(state.booking, state.attempt);
  return payoff === null ? payDueOf(state, payment, now) : settlePayoff(state, payoff, payment, now);
}

/** All that a payoff covers is paid; the finance charge of the booking is what was earned. */
function settlePayoff(state: SettlementState, payoff: OpenPayoff, payment: Succeeded, now: Instant): Settlement {
  const { booking, attempt } = state;
  const at = billingContext(booking, paidOn(booking, payment));
  const paid = payOff(booking.dues, payoff, at);
  const change = nextVersion(
    booking,
    now,
    { dues: paid.dues, payoff: null, financeCharge: interestOfDues(paid.dues), ...paidBy(booking, payment) },
    (after) => ({
      events: [bookingEvent(after, "PaymentSettled", { ...aboutAttempt(attempt), amount: payment.amount })],
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
    charge: { ...chargeOf(state, payment, payment.amount, now), dueIds: paid.dueIds },
  };
}

function payDueOf(state: SettlementState, payment: Succeeded, now: Instant): Settlement {
  const { booking, attempt } = state;
  const at = billingContext(booking, paidOn(booking, payment));
  const today = dateIn(booking.terms.timeZone, now);
  const before = dueOf(booking, attempt);
  // A due that fell due before its payment was billed on its date, whether or not the sweep was there in time.
  const billedOn = earlier(before.dueOn, at.effectiveOn);
  const part = { attemptId: attempt.id, amount: payment.amount };
  const paid = payDue(before, part, { ...at, effectiveOn: billedOn });
  const { openAttemptId } = paid.due;
  const due = paid.due.status === "paid" ? paid.due : { ...resting(booking, paid.due, today), openAttemptId };
  const change = nextVersion(
    booking,
    now,
    { dues: replaceDue(booking.dues, due), ...paidBy(booking, payment) },
    (after) => ({
      events: [bookingEvent(after, "PaymentSettled", { ...aboutAttempt(attempt), amount: payment.amount })],
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
