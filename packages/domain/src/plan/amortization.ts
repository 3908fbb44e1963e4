import { type Fraction, fractionOf, monthly, rateOf } from "../money/rate.ts";

/** One monthly payment of a loan: its interest and the principal that it pays off, in minor units. */
export type LoanPayment = { principal: number; interest: number };

/**
 * The monthly payments of a loan at an annual rate (percent, four decimals). Each month's interest is a twelfth of the
 * rate on the remaining principal, rounded half up. All payments are equal but the last, which pays the rest. Every
 * amount is a multiple of the currency's step. If the principal is only a few steps, the last payment can be negative.
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

/**
 * The level payment: P r / (1 - (1 + r)^-n), or P / n without interest, rounded half up. Uses integers only, no floats.
 */
function levelPayment(principal: number, rate: Fraction, months: number, currency: string): number {
  if (rate.numerator === 0n) return fractionOf(principal, { numerator: 1n, denominator: BigInt(months) }, currency);
  const grown = (rate.denominator + rate.numerator) ** BigInt(months);
  const numerator = rate.numerator * grown;
  const denominator = rate.denominator * (grown - rate.denominator ** BigInt(months));
  return fractionOf(principal, { numerator, denominator }, currency);
}
