import { firstOf, less, type Parts, sumOf } from "../ledger/index.ts";
import { chargeProblem, smallestCharge, stepOf } from "../money/index.ts";
import { installmentOn } from "../plan/index.ts";
import { type CalendarDate, daysBetween } from "../time/index.ts";
import { type Booking, depositOf, hasOpenPayoff, mayOwe, type PaidOff, type Unearned } from "./booking.ts";
import { awaitsFirstConfirmation, type Due, unpaid } from "./due.ts";
import type { PaymentBar } from "./payment-bar.ts";
import { paidParts } from "./reversal.ts";

/**
 * The price of paying off a booking on a date. `amount` is the sum of what the covered dues cost on that date, less
 * interest that was paid and is not earned. If it is below zero, that much is owed back. Minor units.
 */
export type Payoff = { on: CalendarDate; amount: number; dues: PaidOff[]; unearned: Unearned[] };

/** Whether a payoff covers a due. Dues with a payment under way are left out. */
const isCovered = (due: Due): boolean =>
  due.kind !== "deposit" && unpaid(due) > 0 && due.openAttemptId === null && due.status !== "processing";

/**
 * The payoff of a booking on a date. Simple interest accrues by the day. A due costs its principal, fee and tax, plus
 * interest for the days since its month began, rounded half up to the currency's step. A due that is billed is owed in
 * full, and interest that it bills beyond the date is unearned.
 */
export function payoffOn(booking: Booking, on: CalendarDate): Payoff {
  const { currency } = booking;
  const dues = booking.dues
    .filter(isCovered)
    .map((due): PaidOff => ({ dueId: due.id, parts: owedOn(booking, due, on) }));
  const unearned = lessReturned(
    booking,
    booking.dues.map((due): Unearned => ({ dueId: due.id, amount: unearnedOn(booking, due, on) })),
  );
  const owed = dues.map(({ parts }) => sumOf(parts)).reduce((sum, amount) => sum + amount, 0);
  const back = unearned.reduce((sum, { amount }) => sum + amount, 0);
  return { on, amount: roundedTo(currency, owed - back), dues, unearned };
}

/**
 * The unearned interest that is still held. Refunds made by hand return interest once they exceed the price that was
 * paid, and unearned interest first.
 */
function lessReturned(booking: Booking, unearned: Unearned[]): Unearned[] {
  const paid = booking.dues.reduce((sum, due) => sum + firstOf(due.parts, due.paid, booking.currency).interest, 0);
  let returned = Math.max(0, paid - paidParts(booking).interest);
  return unearned.flatMap(({ dueId, amount }) => {
    const less = Math.min(returned, amount);
    returned -= less;
    return amount > less ? [{ dueId, amount: amount - less }] : [];
  });
}

/**
 * What is charged for a payoff. An amount below the currency's smallest charge is charged as that, and the excess is
 * refunded. An amount of 0 or less stays, since nothing can be charged for it.
 */
export const chargeFor = (amount: number, currency: string): number =>
  amount > 0 ? Math.max(amount, smallestCharge(currency)) : amount;

/** Amounts are multiples of the step already; this only turns -0 into 0. */
const roundedTo = (currency: string, amount: number): number =>
  Math.round(amount / stepOf(currency)) * stepOf(currency) || 0;

/** The unpaid parts of a due: payments cover principal and tax first, interest last. A waiver covers the last parts. */
const unpaidOf = (due: Due, currency: string): Parts =>
  less(firstOf(due.parts, due.paid + unpaid(due), currency), firstOf(due.parts, due.paid, currency));

function owedOn(booking: Booking, due: Due, on: CalendarDate): Parts {
  const owed = unpaidOf(due, booking.currency);
  if (due.billed === due.amount) return owed;
  return { ...owed, interest: earnedOf(booking, due, owed.interest, on) };
}

/**
 * How much of a due's interest is earned by a date: nothing before its month begins, all of it at the end of the month.
 * Its month is that of the schedule, from the quote's date on, since a deferral adds no interest.
 */
function earnedOf(booking: Booking, { sequence }: Due, interest: number, on: CalendarDate): number {
  if (interest === 0) return 0;
  const { dueOn: quotedOn } = depositOf(booking);
  const from = installmentOn(quotedOn, sequence - 1);
  const days = daysBetween(from, installmentOn(quotedOn, sequence));
  const passed = Math.min(days, Math.max(0, daysBetween(from, on)));
  if (passed === days) return interest;
  const step = stepOf(booking.currency);
  return Math.floor((2 * interest * passed + days * step) / (2 * days * step)) * step;
}

/** Nothing for a due with a payment under way: that payment, or what settles after it, decides on the due's interest. */
function unearnedOn(booking: Booking, due: Due, on: CalendarDate): number {
  if (due.status === "cancelled" || due.paidOffOn !== undefined) return 0;
  if (unpaid(due) > 0 && !isCovered(due)) return 0;
  const owed = due.billed === due.amount ? unpaid(due) : 0;
  const { interest } = firstOf(due.parts, due.paid + owed, booking.currency);
  return interest - earnedOf(booking, due, interest, on);
}

export type PayoffRefused = { reason: "clearance_required" } | { reason: "invalid_transition"; because: PaymentBar };

/**
 * Why nothing can be paid off now; null if something can. `clearance_required`: a due waits for the first confirmation.
 * `invalid_transition`: the booking is held or has ended, a payoff is open, or no due is open.
 */
export function refusePayoff(booking: Booking): PayoffRefused | null {
  const barred = (because: PaymentBar) => ({ reason: "invalid_transition", because }) as const;
  if (booking.status === "held") return barred("deposit_first");
  if (!mayOwe(booking)) return barred("ended");
  if (hasOpenPayoff(booking)) return barred(payoffBar(booking));
  const open = booking.dues.filter(isCovered);
  if (open.some((due) => awaitsFirstConfirmation(booking, due))) return { reason: "clearance_required" };
  return open.length === 0 ? barred("nothing_open") : null;
}

/** Why no other payment begins while a payoff is open: its page can still be paid, or the bank is processing it. */
export const payoffBar = ({ dues, payoff }: Booking): "payoff_open" | "payoff_in_progress" =>
  dues.some(({ status, openAttemptId }) => openAttemptId === payoff?.attemptId && status === "processing")
    ? "payoff_in_progress"
    : "payoff_open";

/**
 * A payoff without a payment: unearned interest that was paid in advance covers everything owed, or more. Null if something
 * is left to pay or on its way.
 */
export function paidAhead(booking: Booking, on: CalendarDate): Payoff | null {
  const isWaitedFor = booking.dues.some((due) => unpaid(due) > 0 && !isCovered(due));
  if (isWaitedFor) return null;
  const payoff = payoffOn(booking, on);
  return payoff.amount > 0 || (payoff.dues.length === 0 && payoff.unearned.length === 0) ? null : payoff;
}

/**
 * Whether paying a due is a payoff: it is the last open due and its date lies ahead, so it costs the payoff's price
 * either way. It cannot be paid while that price is 0 or less: a payment under way then settles it.
 */
export function isPaidOff(booking: Booking, due: Due, on: CalendarDate): boolean {
  const open = booking.dues.filter((one) => unpaid(one) > 0);
  const { amount, dues } = payoffOn(booking, on);
  const isLast = open.length === 1 && open[0]?.id === due.id && due.dueOn > on && dues.length === 1;
  const charged = chargeFor(amount, booking.currency);
  return isLast && charged < unpaid(due) && chargeProblem(charged, booking.currency) === null;
}
