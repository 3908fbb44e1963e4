import { type Fraction, fractionOf, monthly, rateOf } from "../money/rate.ts";

/** One monthly payment of a loan: its interest, and what it pays of the principal. Minor units. */
export type LoanPayment = { principal: number; interest: number };

/**
 * The payments of a loan at an annual rate (percent, four decimals) over so many months: each month the interest of a
 * twelfth of the rate on what is left, rounded half up, and one level payment; the last pays what is left. Every amount is a
 * multiple of the currency's step. A principal of a few steps may leave the last payment with less than nothing.
 */
export function amortize(
  principal: number,
  { annualRate, months }: { annualRate: string; months: number },
  currency: string,
): LoanPayment[] {
  const rate = monthly(rateOf(annualRate));
  const level = levelPayment(principal, rate, months, currency);
  const payments: LoanPayment[] = [];
  let left = principal;
  for (let month = 1; month <= months; month++) {
    const interest = fractionOf(left, rate, currency);
    const paid = month === months ? left : level - interest;
    payments.push({ principal: paid, interest });
    left -= paid;
  }
  return payments;
}

/** P r / (1 - (1 + r)^-n), rounded half up; P / n where there is no interest. Whole numbers all the way: no float. */
function levelPayment(principal: number, rate: Fraction, months: number, currency: string): number {
  if (rate.numerator === 0n) return fractionOf(principal, { numerator: 1n, denominator: BigInt(months) }, currency);
  const grown = (rate.denominator + rate.numerator) ** BigInt(months);
  const numerator = rate.numerator * grown;
  const denominator = rate.denominator * (grown - rate.denominator ** BigInt(months));
  return fractionOf(principal, { numerator, denominator }, currency);
}
