import { chargeProblem, formatMoney, smallestCharge } from "../money/index.ts";
import type { Booking } from "./booking.ts";
import { type Due, unpaid } from "./due.ts";

/** Each part payment is a charge, which costs a fee, a refund and a mail of its own: a booking has only so many. */
const mostParts = 100;
const leastPart = 10_000;

/** How many payments of less than what was unpaid of their due a booking has, settled and open ones. */
const partPayments = ({ dues }: Booking): number =>
  dues.reduce((count, due) => count + due.partsPaid + (due.openAttemptId !== null && due.openPart ? 1 : 0), 0);

/**
 * Why an amount (minor units) of a due cannot be paid now, in words that say the bound; null when it can. All that is
 * unpaid of a due may always be paid. A part is at least 10,000 minor units or a tenth of its due, whichever is less;
 * neither it nor what it leaves is below the currency's smallest charge; and a booking has at most 100.
 */
export function partProblem(booking: Booking, due: Due, amount: number): string | null {
  const { currency } = booking;
  const open = unpaid(due);
  const inWords = (bound: number) => `${bound} minor units, ${formatMoney(bound, currency)}`;
  if (amount > open) return `Must be at most the unpaid amount of the due: ${inWords(open)}`;
  const unchargeable = chargeProblem(amount, currency);
  if (unchargeable !== null || amount === open) return unchargeable;
  const smallest = smallestCharge(currency);
  const least = Math.max(smallest, Math.min(leastPart, Math.ceil(due.amount / 10)));
  const all = `or the full unpaid amount of the due: ${inWords(open)}`;
  if (amount < least) return `Must be at least ${inWords(least)}, ${all}`;
  if (open - amount < smallest)
    return `Must leave at least ${inWords(smallest)} unpaid, or be the full unpaid amount: ${inWords(open)}`;
  if (partPayments(booking) < mostParts) return null;
  return `Must be the full unpaid amount of the due after ${mostParts} part payments`;
}
