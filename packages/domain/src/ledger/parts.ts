import { stepOf } from "../money/index.ts";

/**
 * The breakdown of an amount owed, in minor units: the price without tax (`principal`), interest, fee (a late charge)
 * and tax. Each part is credited to its own account.
 */
export type Parts = { principal: number; interest: number; fee: number; tax: number };

const names = ["principal", "interest", "fee", "tax"] as const;

/** An amount that is all principal. */
export const allPrincipal = (amount: number): Parts => ({ principal: amount, interest: 0, fee: 0, tax: 0 });

export const sumOf = (parts: Parts): number => names.reduce((sum, name) => sum + parts[name], 0);

const combined = (one: Parts, other: Parts, sign: 1 | -1): Parts => ({
  principal: one.principal + sign * other.principal,
  interest: one.interest + sign * other.interest,
  fee: one.fee + sign * other.fee,
  tax: one.tax + sign * other.tax,
});

export const plus = (one: Parts, other: Parts): Parts => combined(one, other, 1);

/** Subtracts parts from others that contain them. */
export const less = (one: Parts, other: Parts): Parts => combined(one, other, -1);

/**
 * Why parts do not belong to an amount: a part is negative or not a whole number, or their sum differs; null if they
 * do.
 */
export function partsProblem(parts: Parts, amount: number): string | null {
  if (names.some((name) => !Number.isSafeInteger(parts[name]) || parts[name] < 0)) {
    return `each part must be a whole number of minor units, at least 0, not ${JSON.stringify(parts)}`;
  }
  return sumOf(parts) === amount ? null : `the parts add up to ${sumOf(parts)}, not to ${amount}`;
}

/**
 * The breakdown of the first `amount` of the parts: principal and tax first, in the proportion owed, then the
 * interest, then the fee. Part payments and refunds take their parts in this order. The tax is rounded to the currency's
 * step, a tie downward. Throws if the parts add up to less than `amount`.
 */
export function firstOf(parts: Parts, amount: number, currency: string): Parts {
  if (amount < 0 || amount > sumOf(parts))
    throw new RangeError(`${amount} is not between 0 and the sum of the parts, ${sumOf(parts)}`);
  const price = Math.min(amount, parts.principal + parts.tax);
  const interest = Math.min(amount - price, parts.interest);
  const tax = taxIn(parts, price, stepOf(currency));
  return { principal: price - tax, interest, fee: amount - price - interest, tax };
}

/**
 * The tax in a share of principal and tax. Uses BigInt, since the product of two amounts can exceed the safe integers.
 */
function taxIn({ principal, tax }: Parts, price: number, step: number): number {
  if (tax === 0 || price === principal + tax) return Math.min(tax, price);
  const all = BigInt(principal + tax) * BigInt(step);
  // Rounds to the nearest step, a tie downward.
  return Number((2n * BigInt(tax) * BigInt(price) + all - 1n) / (2n * all)) * step;
}
