import { type BillingContext, type JournalEntry, type Parts, refundOwed } from "../ledger/index.ts";
import { type CalendarDate, dateIn, type Instant } from "../time/index.ts";
import { type Booking, billingContext } from "./booking.ts";
import type { Due } from "./due.ts";
import { balancesAfter, type NextVersion } from "./next-version.ts";
import { paidAhead } from "./payoff.ts";
import type { Refund } from "./refund.ts";
import { requestRefund } from "./refund-request.ts";
import { interestOfDues, type PaidDues, payOff } from "./settle-payoff.ts";
import type { SettlementState } from "./settlement.ts";

/** Dues that interest paid in advance has settled. `refunded` (minor units) is the excess, owed back as one amount. */
export type SettledAhead = Pick<PaidDues, "dues" | "journal" | "dueIds"> & { refunded: number };

/**
 * Settles what is open of a booking with unearned interest that was paid in advance, if that covers all of it; null if not.
 * Interest is earned until `on`. `id` names the entry. The excess is owed back by no charge in particular: it is spread
 * over charges afterwards.
 */
export function settleAhead(
  booking: Booking,
  { id, refundId, on }: { id: string; refundId: string; on: CalendarDate },
  at: BillingContext,
): SettledAhead | null {
  const ahead = paidAhead(booking, on);
  if (ahead === null) return null;
  const refunded = -ahead.amount;
  const { dues, dueIds, journal } = payOff(booking.dues, ahead, { id, refunded }, at);
  return {
    dues,
    dueIds,
    refunded,
    journal: [...journal, ...refundOwed({ refundId, parts: onlyInterest(refunded) }, at)],
  };
}

const onlyInterest = (interest: number): Parts => ({ principal: 0, interest, fee: 0, tax: 0 });

type Occasion = { id: string; refundId: string; requestedBy: string; on: CalendarDate; now: Instant };
type Released = { changes: NextVersion; refund: Refund | null; journal: JournalEntry[] };

/**
 * A booking's dues after a waiver or a failed payment, and what interest that was paid in advance then settles. `reversed`
 * are the entries of the waiver.
 */
export function settleReleased(
  before: Booking,
  dues: Due[],
  { now, requestedBy, ...by }: Occasion,
  reversed: JournalEntry[] = [],
): Released {
  const { currency, applied, terms } = before;
  const booking = { ...before, dues, ...balancesAfter(before, reversed) };
  const ahead = settleAhead(booking, by, billingContext(booking, dateIn(terms.timeZone, now)));
  if (ahead === null) return { changes: { dues }, refund: null, journal: [] };
  const { refunded: amount, journal } = ahead;
  const sums = { refunded: booking.refunded + amount, applied: applied - amount };
  const asked = { id: by.refundId, booking, reason: "unearned_interest", requestedBy, now, currency, amount } as const;
  return {
    changes: { dues: ahead.dues, financeCharge: interestOfDues(ahead.dues), ...sums },
    refund: amount === 0 ? null : requestRefund(asked),
    journal,
  };
}

/** The same after a payment under way came to nothing: what the others left may have been covered since the last one. */
export function settleAfterFailure(
  { booking, attempt, refundId }: SettlementState,
  dues: Due[],
  now: Instant,
): Released {
  const on = booking.interestUntil ?? dateIn(booking.terms.timeZone, now);
  return settleReleased(booking, dues, { id: attempt.id, refundId, requestedBy: "system", on, now });
}
