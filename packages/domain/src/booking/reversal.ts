import { type Parts, plus } from "../ledger/index.ts";
import type { Booking } from "./booking.ts";
import { toBill, unpaidParts } from "./due.ts";

/**
 * Of what the money consists that was paid on a booking and not given back: what is given back is taken from where it was
 * credited (plans.md, Reversals). Tax and interest are what is posted of them less what is billed and unpaid, and, once
 * completed, less the tax that is posted and not billed yet. The rest is the price, whatever account it is in by now.
 */
export function paidParts(booking: Booking): Parts {
  const { applied, taxPayable = 0, interestIncome = 0, dues, currency, status } = booking;
  const unpaid = dues.map((due) => unpaidParts(due, currency)).reduce(plus);
  const notBilled = dues.map(toBill).reduce(plus);
  const tax = taxPayable - unpaid.tax - (status === "completed" ? notBilled.tax : 0);
  const interest = interestIncome - unpaid.interest;
  return { principal: applied - tax - interest, interest, fee: 0, tax };
}
