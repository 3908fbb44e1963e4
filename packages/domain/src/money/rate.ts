import { stepOf } from "./index.ts";

/** A fraction of an amount without floats. The numerator is at least 0 and may exceed the denominator. */
export type Fraction = { numerator: bigint; denominator: bigint };

/** Parses a program's percentage, with four decimals: `6.8750` is 68,750 millionths. Throws on any other form. */
export function rateOf(percentage: string): Fraction {
  if (!/^\d{1,2}\.\d{4}$/.test(percentage))
    throw new RangeError(`${percentage} is not a percentage with four decimals`);
  return { numerator: BigInt(percentage.replace(".", "")), denominator: 1_000_000n };
}

/** The monthly rate: a twelfth of the annual rate. */
export const monthly = ({ numerator, denominator }: Fraction): Fraction => ({
  numerator,
  denominator: denominator * 12n,
});

/** The fraction of an amount in minor units, exact but for one rounding: half up to the currency's step. */
export function fractionOf(amount: number, { numerator, denominator }: Fraction, currency: string): number {
  const step = BigInt(stepOf(currency));
  const whole = denominator * step;
  return Number(((2n * BigInt(amount) * numerator + whole) / (2n * whole)) * step);
}
