import { stepOf } from "../money/index.ts";

/**
 * What an amount owed consists of, in minor units: the price without tax, interest, fees (a late charge) and tax. Each
 * part is credited to an account of its own.
 */
export type Parts = { principal: number; interest: number; fee: number; tax: number };

const names = ["principal", "interest", "fee", "tax"] as const;

/** An amount that is all price. */
export const allPrincipal = (amount: number): Parts => ({ principal: amount, interest: 0, fee: 0, tax: 0 });

export const sumOf = (parts: Parts): number => names.reduce((sum, name) => sum + parts[name], 0);

const combined = (one: Parts, other: Parts, sign: 1 | -1): Parts => ({
  principal: one.principal + sign * other.principal,
  interest: one.interest + sign * other.interest,
  fee: one.fee + sign * other.fee,
  tax: one.tax + sign * other.tax,
});

export const plus = (one: Parts, other: Parts): Parts => combined(one, other, 1);

/** What is left of some parts without others that are in them. */
export const less = (one: Parts, other: Parts): Parts => combined(one, other, -1);

/** Why parts are not those of an amount: one is no whole amount of at least 0, or they add up to another; else null. */
export function partsProblem(parts: Parts, amount: number): string | null {
  if (names.some((name) => !Number.isSafeInteger(parts[name]) || parts[name] < 0)) {
    return `parts are whole amounts of minor units, not ${JSON.stringify(parts)}`;
  }
  return sumOf(parts) === amount ? null : `the parts of ${amount} add up to ${sumOf(parts)}`;
}

/**
 * Of what the first `amount` of some parts consists: principal and tax first, in the ratio in which they are owed, then
 * the fee, and interest last. The tax is rounded to the currency's step; a tie goes to the principal. Throws when there
 * is not so much.
 */
export function firstOf(parts: Parts, amount: number, currency: string): Parts {
  if (amount < 0 || amount > sumOf(parts)) throw new RangeError(`${amount} is not in parts of ${sumOf(parts)}`);
  const price = Math.min(amount, parts.principal + parts.tax);
  const fee = Math.min(amount - price, parts.fee);
  const tax = taxIn(parts, price, stepOf(currency));
  return { principal: price - tax, interest: amount - price - fee, fee, tax };
}

/** The share of the tax in so much of principal and tax. Products of two amounts exceed what a number holds exactly. */
function taxIn({ principal, tax }: Parts, price: number, step: number): number {
  if (tax === 0 || price === principal + tax) return Math.min(tax, price);
  const all = BigInt(principal + tax) * BigInt(step);
  // The nearest step, and the lower one of two that are equally near.
  return Number((2n * BigInt(tax) * BigInt(price) + all - 1n) / (2n * all)) * step;
}
