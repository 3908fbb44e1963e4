import { type Booked, paymentToReturn } from "../ledger/index.ts";
import type { Instant } from "../time/index.ts";
import { type Booking, type BookingChange, factContext } from "./booking.ts";
import type { Charge, PaidWith } from "./charge.ts";
import { nextVersion } from "./next-version.ts";
import { bookedEntries, paidOn } from "./payment-outcome.ts";
import type { Refund } from "./refund.ts";
import { refundRequested, requestRefund } from "./refund-request.ts";

/**
 * Money that Stripe captured with a booking's metadata on it, and that no attempt of the booking asked for: a copied
 * payment intent, a second session. `refunded` is what Stripe has been told to give back of it already. Minor units.
 */
export type StrayPayment = {
  paymentIntentId: string;
  chargeId: string;
  amount: number;
  refunded: number;
  currency: string;
  paidAt: Instant;
  paidWith: PaidWith;
  booked: Booked | null;
};

/**
 * Records a stray payment as a charge of the booking, none of it applied, and asks for the return of what has not been
 * given back already; null when nothing is left. Dues, attempts, status and place stay as they are.
 */
export function returnStrayPayment(
  booking: Booking,
  payment: StrayPayment,
  { refundId, now }: { refundId: string; now: Instant },
): BookingChange & { charge: Charge; refund: Refund | null } {
  const { chargeId, paymentIntentId, amount, currency } = payment;
  const left = Math.max(0, amount - payment.refunded);
  const charge: Charge = {
    id: chargeId,
    bookingId: booking.id,
    dueId: null,
    attemptId: null,
    paymentIntentId,
    amount,
    // What somebody gave back by hand is recorded next, against what is refundable beyond `applied`.
    refundable: amount - left,
    applied: 0,
    currency,
    paidWith: payment.paidWith,
    balanceTransactionId: payment.booked?.balanceTransactionId ?? null,
    createdAt: now,
  };
  const request = { id: refundId, booking, reason: "duplicate_payment", requestedBy: "system", now, currency } as const;
  const refund = left === 0 ? null : requestRefund({ ...request, charge, amount: left });
  // Money of another currency is returned as it came, and is nothing that this booking counts.
  const counted = (part: number) => (currency === booking.currency ? part : 0);
  const at = factContext(booking, paidOn(booking, payment), payment);
  const change = nextVersion(
    booking,
    now,
    { paid: booking.paid + counted(amount), refunded: booking.refunded + counted(left) },
    (after) => ({
      events: refund === null ? [] : [refundRequested(after, refund)],
      journal: [...paymentToReturn({ chargeId, amount }, at), ...bookedEntries(payment, at)],
    }),
  );
  return { ...change, charge, refund };
}
