import { paymentToReturn } from "../ledger/index.ts";
import { dateIn, type Instant } from "../time/index.ts";
import { type BookingChange, bookingEvent, factContext } from "./booking.ts";
import { chargeOf, refundOn, succeededAttempt } from "./captured.ts";
import { cancelDues } from "./due.ts";
import { nextVersion } from "./next-version.ts";
import { bookedEntries, paidOn, type Succeeded } from "./payment-outcome.ts";
import type { RefundReason } from "./refund.ts";
import { refundRequested } from "./refund-request.ts";
import { releaseDue, type Settlement, type SettlementState, withoutPayoff } from "./settlement.ts";

/**
 * Refunds a payment in full if it pays nothing that is owed. A hold that lost its place expires in the same
 * transaction.
 */
export function returnInFull(
  state: SettlementState,
  payment: Succeeded,
  reason: RefundReason,
  now: Instant,
): Settlement & BookingChange {
  const { booking, attempt } = state;
  const at = factContext(booking, paidOn(booking, payment), payment);
  const today = dateIn(booking.terms.timeZone, now);
  // Money in another currency is returned as it came and does not count in the booking's sums.
  const ours = payment.currency === booking.currency ? payment.amount : 0;
  const refund = refundOn(state, payment, payment.amount, reason, now);
  const lapsed = booking.status === "held" && !state.placeIsOurs;
  const dues = booking.dues.map((due) =>
    due.openAttemptId === attempt.id && due.status !== "paid" ? releaseDue(booking, due, now) : due,
  );
  const change = nextVersion(
    booking,
    now,
    {
      ...(lapsed ? { facts: ["hold_lapsed"], holdExpiresAt: null } : {}),
      dues: lapsed ? cancelDues({ ...booking, dues }) : dues,
      ...withoutPayoff(booking, attempt, today),
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
