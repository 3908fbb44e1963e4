import { firstOf, less, type Parts, sumOf } from "../ledger/index.ts";
import { chargeProblem, stepOf } from "../money/index.ts";
import { type CalendarDate, daysBetween, later } from "../time/index.ts";
import { type Booking, hasOpenPayoff, mayOwe, type PaidOff, type Unearned } from "./booking.ts";
import { awaitsFirstConfirmation, type Due, unpaid } from "./due.ts";

/**
 * What settles a booking on a date: `amount` is the sum of what each due still asks for by then, less the interest that was
 * paid and is not earned. Below zero, so much is owed back. Minor units.
 */
export type Payoff = { on: CalendarDate; amount: number; dues: PaidOff[]; unearned: Unearned[] };

/** Whether a payoff covers a due: one that is on its way to be paid is left out. */
const isCovered = (due: Due): boolean =>
  due.kind !== "deposit" && unpaid(due) > 0 && due.openAttemptId === null && due.status !== "processing";

/**
 * What settles everything on a date. Simple interest runs by the day: of a due whose date is to come its price, and of the
 * one whose month is running the share of its interest for the days since the month began, half up to the currency's
 * step. What is billed is owed as it stands.
 */
export function payoffOn(booking: Booking, on: CalendarDate): Payoff {
  const { currency } = booking;
  const dues = booking.dues
    .filter(isCovered)
    .map((due): PaidOff => ({ dueId: due.id, parts: owedOn(booking, due, on) }))
    .filter(({ parts }) => sumOf(parts) > 0);
  const unearned = booking.dues
    .map((due): Unearned => ({ dueId: due.id, amount: unearnedOn(booking, due, on) }))
    .filter(({ amount }) => amount > 0);
  const owed = dues.map(({ parts }) => sumOf(parts)).reduce((sum, amount) => sum + amount, 0);
  const back = unearned.reduce((sum, { amount }) => sum + amount, 0);
  return { on, amount: roundedTo(currency, owed - back), dues, unearned };
}

/** Amounts are multiples of the step already; a negative zero is none. */
const roundedTo = (currency: string, amount: number): number =>
  Math.round(amount / stepOf(currency)) * stepOf(currency) || 0;

/** What is unpaid of a due's parts: principal and tax are paid first, interest last. */
const unpaidOf = (due: Due, currency: string): Parts => less(due.parts, firstOf(due.parts, due.paid, currency));

function owedOn(booking: Booking, due: Due, on: CalendarDate): Parts {
  const owed = unpaidOf(due, booking.currency);
  if (due.billed === due.amount || due.dueOn <= on) return owed;
  return { ...owed, interest: earnedOf(booking, due, owed.interest, on) };
}

/** Of so much interest of a due, what is earned by a date: all of it on the due's date, nothing before its month began. */
function earnedOf(booking: Booking, due: Due, interest: number, on: CalendarDate): number {
  const from = monthBegins(booking, due);
  const days = daysBetween(from, due.dueOn);
  const passed = Math.min(days, Math.max(0, daysBetween(from, on)));
  if (days <= 0 || passed === days) return interest;
  const step = stepOf(booking.currency);
  return Math.floor((2 * interest * passed + days * step) / (2 * days * step)) * step;
}

/** The date of the due before, and of the first the quote's, which is the deposit's. */
function monthBegins({ dues }: Booking, { sequence, dueOn }: Due): CalendarDate {
  const before = dues.filter((one) => one.kind !== "late_charge" && one.sequence < sequence && one.dueOn <= dueOn);
  return before.map((one) => one.dueOn).reduce(later, before[0]?.dueOn ?? dueOn);
}

function unearnedOn(booking: Booking, due: Due, on: CalendarDate): number {
  if (due.status === "cancelled" || due.dueOn <= on) return 0;
  const { interest } = firstOf(due.parts, due.paid, booking.currency);
  return interest - earnedOf(booking, due, interest, on);
}

/**
 * Why nothing can be paid off now; null when it can. `nothing_open`: all is paid, cancelled or on its way.
 */
export function refusePayoff(booking: Booking): "invalid_transition" | "clearance_required" | null {
  if (booking.status === "held" || !mayOwe(booking) || hasOpenPayoff(booking)) return "invalid_transition";
  const open = booking.dues.filter(isCovered);
  if (open.some((due) => awaitsFirstConfirmation(booking, due))) return "clearance_required";
  return open.length === 0 ? "invalid_transition" : null;
}

/**
 * What settles a booking by interest that was paid ahead and is not earned, where that is all that is owed, or more; null
 * where something is left to pay, or is on its way. No more than `most` goes back: what exceeds that is for finance.
 */
export function paidAhead(booking: Booking, on: CalendarDate, most: number): Payoff | null {
  const isWaitedFor = booking.dues.some((due) => due.kind !== "deposit" && unpaid(due) > 0 && !isCovered(due));
  if (isWaitedFor) return null;
  const payoff = payoffOn(booking, on);
  if (payoff.unearned.length === 0 || payoff.amount > 0) return null;
  let over = Math.max(0, -payoff.amount - most);
  const unearned = payoff.unearned.map((one): Unearned => {
    const kept = Math.min(over, one.amount);
    over -= kept;
    return { ...one, amount: one.amount - kept };
  });
  return { ...payoff, amount: Math.max(payoff.amount, -most), unearned: unearned.filter(({ amount }) => amount > 0) };
}

/**
 * Whether what is unpaid of a due is paid off: it is the last open one, and its date is to come, so that it costs what the
 * payoff does whatever way it is paid. A payoff that is too small to be charged is not: the due is paid, and the excess
 * goes back.
 */
export function isPaidOff(booking: Booking, due: Due, on: CalendarDate): boolean {
  const open = booking.dues.filter((one) => one.kind !== "deposit" && unpaid(one) > 0);
  const { amount, dues } = payoffOn(booking, on);
  const isLast = open.length === 1 && open[0]?.id === due.id && due.dueOn > on && dues.length === 1;
  return isLast && amount < unpaid(due) && chargeProblem(amount, booking.currency) === null;
}
