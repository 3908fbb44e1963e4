import { stepOf } from "./index.ts";

/** A fraction of an amount, without a float: the numerator at least 0, the denominator above it or not. */
export type Fraction = { numerator: bigint; denominator: bigint };

/** A percentage as a program writes it, with four decimals: `6.8750` is 68,750 millionths. Throws on any other form. */
export function rateOf(percentage: string): Fraction {
  if (!/^\d{1,2}\.\d{4}$/.test(percentage)) throw new RangeError(`${percentage} is no percentage with four decimals`);
  return { numerator: BigInt(percentage.replace(".", "")), denominator: 1_000_000n };
}

/** The rate of one month: a twelfth of the rate of a year. */
export const monthly = ({ numerator, denominator }: Fraction): Fraction => ({
  numerator,
  denominator: denominator * 12n,
});

/** So much of an amount in minor units, exact up to the last rounding: half up to the currency's step. */
export function fractionOf(amount: number, { numerator, denominator }: Fraction, currency: string): number {
  const step = BigInt(stepOf(currency));
  const whole = denominator * step;
  return Number(((2n * BigInt(amount) * numerator + whole) / (2n * whole)) * step);
}
