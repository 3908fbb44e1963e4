import { type Parts, plus } from "../ledger/index.ts";
import type { Booking } from "./booking.ts";
import { toBill, unpaidParts } from "./due.ts";

/**
 * The parts of the money that was paid on a booking and not given back; refunds are taken from where each part was
 * credited. Tax, interest and late charges are their posted balances, less what is billed and unpaid. After completion,
 * tax that is posted and not billed yet is subtracted too. The rest is the price, in whichever account it is by now: what
 * an ending keeps of it is a fee, like its late charges.
 */
export function paidParts(booking: Booking): Parts {
  const { applied, taxPayable = 0, interestIncome = 0, feeIncome = 0, dues, currency, status, ending } = booking;
  const unpaid = dues.map((due) => unpaidParts(due, currency)).reduce(plus);
  const notBilled = dues.map(toBill).reduce(plus);
  const tax = taxPayable - unpaid.tax - (status === "completed" ? notBilled.tax : 0);
  const interest = interestIncome - unpaid.interest;
  const fee = ending === null ? feeIncome - unpaid.fee : 0;
  return { principal: applied - tax - interest - fee, interest, fee, tax };
}
