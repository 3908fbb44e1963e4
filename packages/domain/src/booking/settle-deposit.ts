import { paymentSettled } from "../ledger/index.ts";
import { dateIn, type Instant, later } from "../time/index.ts";
import { billingContext, bookingEvent } from "./booking.ts";
import { chargeOf, paidBy, succeededAttempt } from "./captured.ts";
import { billDue, type Due, duesAtOnce, payDue, replaceDue, unpaid, waitsForConfirmation } from "./due.ts";
import { nextVersion } from "./next-version.ts";
import { bookedEntries, paidOn, type Succeeded } from "./payment-outcome.ts";
import { savedBy } from "./saved-method.ts";
import { attemptEventData, dueOf, type Settlement, type SettlementState } from "./settlement.ts";
import type { BookingFact } from "./transitions.ts";

/**
 * Settles the deposit while the place is still ours: `awaiting_clearance`. The confirmation is the next transaction.
 */
export const takeDeposit = (state: SettlementState, payment: Succeeded, now: Instant): Settlement =>
  settleDeposit(state, { facts: ["deposit_settled"], placeId: state.booking.placeId }, payment, now);

/**
 * Revives a booking by late money on a free place: the booking has expired, or its hold expires in this transaction.
 * Its cancelled dues are scheduled again.
 */
export function revive(state: SettlementState, placeId: string, payment: Succeeded, now: Instant): Settlement {
  const { booking } = state;
  const dues = booking.dues.map((due): Due => (due.status === "cancelled" ? { ...due, status: "scheduled" } : due));
  const facts: BookingFact[] = booking.status === "held" ? ["hold_lapsed", "late_money"] : ["late_money"];
  return settleDeposit({ ...state, booking: { ...booking, dues } }, { facts, placeId }, payment, now);
}

function settleDeposit(
  state: SettlementState,
  { facts, placeId }: { facts: readonly BookingFact[]; placeId: string },
  payment: Succeeded,
  now: Instant,
): Settlement {
  const { booking } = state;
  const at = billingContext(booking, paidOn(booking, payment));
  const today = dateIn(booking.terms.timeZone, now);
  const paid = payDue(dueOf(booking, state.attempt), { attemptId: state.attempt.id, amount: payment.amount }, at);
  const journal = [...paid.journal];
  // Nothing is billed while a booking is held. Dues whose date has passed are billed with the deposit, as many as fit
  // the transaction; the sweep bills the rest.
  let most = duesAtOnce;
  const dues = replaceDue(booking.dues, paid.due).map((due) => {
    if (due.dueOn > today || unpaid(due) === 0 || waitsForConfirmation(booking, due) || most === 0) return due;
    most -= 1;
    const billed = billDue(due, { ...at, effectiveOn: later(at.effectiveOn, due.dueOn) });
    journal.push(...billed.journal);
    return billed.due;
  });
  const saved = savedBy(state, payment, now);
  const change = nextVersion(
    booking,
    now,
    {
      facts,
      placeId,
      holdExpiresAt: null,
      dues,
      depositSettledOn: today,
      ...saved.changes,
      ...paidBy(booking, payment),
    },
    (after) => ({
      events: [
        ...(facts.includes("late_money") ? [bookingEvent(after, "BookingRevived")] : []),
        bookingEvent(after, "PaymentSettled", { ...attemptEventData(state.attempt), amount: payment.amount }),
        ...saved.events(after),
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
