import { type JournalEntry, type Parts, refundOwed } from "../ledger/index.ts";
import { dateIn, type Instant } from "../time/index.ts";
import { type Booking, billingContext } from "./booking.ts";
import type { Due } from "./due.ts";
import type { NextVersion } from "./next-version.ts";
import { paidAhead } from "./payoff.ts";
import type { Refund } from "./refund.ts";
import { requestRefund } from "./refund-request.ts";
import { interestOfDues, payOff } from "./settle-payoff.ts";
import type { SettlementState } from "./settlement.ts";

/** What settles the dues. `id`: the attempt that ended, or the waiver; it names the entry. */
type Occasion = { id: string; refundId: string; requestedBy: string; now: Instant };

/** The changed dues and sums of the booking, its refund, and the entries. */
type SettledAhead = { changes: NextVersion; refund: Refund | null; journal: JournalEntry[] };

/**
 * Settles `dues` without a payment if unearned interest that was paid ahead covers everything that is open: after a
 * waiver, or when the last payment under way has failed. Interest is earned until then. The excess is refunded, as one
 * amount that is spread over charges afterwards. Otherwise changes the dues to `dues`, and nothing else.
 */
export function settleAhead(booking: Booking, dues: Due[], { id, now, ...request }: Occasion): SettledAhead {
  const { currency, applied, terms } = booking;
  const on = dateIn(terms.timeZone, now);
  // Refunds made by hand take the price first, so what is still applied holds the interest that they left.
  const ahead = paidAhead({ ...booking, dues }, on, applied);
  if (ahead === null) return { changes: { dues }, refund: null, journal: [] };
  const amount = -ahead.amount;
  const at = billingContext(booking, on);
  const paid = payOff(dues, ahead, { id, refunded: amount }, at);
  const { refundId, requestedBy } = request;
  const reason = "unearned_interest" as const;
  return {
    changes: {
      dues: paid.dues,
      financeCharge: interestOfDues(paid.dues),
      refunded: booking.refunded + amount,
      applied: applied - amount,
    },
    refund: amount === 0 ? null : requestRefund({ id: refundId, booking, reason, requestedBy, now, currency, amount }),
    journal: [...paid.journal, ...refundOwed({ refundId, parts: onlyInterest(amount) }, at)],
  };
}

/** The same for the dues that an attempt has released. */
export const settleReleased = (
  { booking, attempt, refundId }: SettlementState,
  dues: Due[],
  now: Instant,
): SettledAhead => settleAhead(booking, dues, { id: attempt.id, refundId, requestedBy: "system", now });

const onlyInterest = (interest: number): Parts => ({ principal: 0, interest, fee: 0, tax: 0 });
