import { chargeProblem, formatMoney, smallestCharge } from "../money/index.ts";
import type { Booking } from "./booking.ts";
import { type Due, unpaid } from "./due.ts";

/** The most part payments per booking. Each is a charge with a fee, a refund and a mail. */
const mostParts = 100;
const leastPart = 10_000;

/** How many payments of a booking left part of their due unpaid, settled and open ones together. */
const partPayments = ({ dues }: Booking): number =>
  dues.reduce((count, due) => count + due.partsPaid + (due.openAttemptId !== null && due.openPart ? 1 : 0), 0);

/**
 * Why an amount (minor units) cannot be paid on a due now, in words that name the limit; null if it can. The whole
 * unpaid amount can always be paid, within the currency's charge limits. A part is at least 10,000 minor units or a
 * tenth of its due, whichever is less. Neither the part nor the rest may be below the currency's smallest charge. A
 * booking has at most 100 part payments.
 */
export function partProblem(booking: Booking, due: Due, amount: number): string | null {
  const { currency } = booking;
  const open = unpaid(due);
  const inWords = (bound: number) => `${bound} minor units (${formatMoney(bound, currency)})`;
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
  return `Must be the full unpaid amount of the due: this booking already has ${mostParts} part payments`;
}
