import { type Booked, paymentToReturn } from "../ledger/index.ts";
import type { Instant } from "../time/index.ts";
import { type Booking, type BookingChange, factContext } from "./booking.ts";
import type { Charge, PaidWith } from "./charge.ts";
import { nextVersion } from "./next-version.ts";
import { bookedEntries, paidOn } from "./payment-outcome.ts";
import type { Refund } from "./refund.ts";
import { refundRequested, requestRefund } from "./refund-request.ts";

/**
 * A payment that Stripe captured with a booking's metadata and that no attempt of the booking made: a copied payment
 * intent, a second session. `refunded` is the amount that was refunded at Stripe already. Minor units.
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
 * Records a stray payment as a charge, with nothing applied, and requests a refund of what was not refunded yet;
 * `refund` is null if nothing is left. Dues, attempts, status and place do not change.
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
    // A refund made by hand is recorded next, against the refundable amount beyond `applied`.
    refundable: amount - left,
    applied: 0,
    currency,
    paidWith: payment.paidWith,
    balanceTransactionId: payment.booked?.balanceTransactionId ?? null,
    createdAt: now,
  };
  const isOurs = currency === booking.currency;
  const reason = isOurs ? "duplicate_payment" : "wrong_currency";
  const request = { id: refundId, booking, reason, requestedBy: "system", now, currency } as const;
  const refund = left === 0 ? null : requestRefund({ ...request, charge, amount: left });
  // Money in another currency is returned as it came and does not count in the booking's sums.
  const counted = (part: number) => (isOurs ? part : 0);
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
