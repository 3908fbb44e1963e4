import { fractionOf, rateOf } from "../money/rate.ts";
import type { Tax } from "../program/index.ts";
import type { QuoteLine } from "./quote-line.ts";

/**
 * A line for each tax that applies to at least one line: its rate on their sum, rounded half up to the currency's step.
 */
export const taxLines = (taxes: Tax[], lines: QuoteLine[], currency: string): QuoteLine[] =>
  taxes.flatMap(({ id, label, rate, appliesTo }) => {
    const taxed = lines.filter(({ kind }) => appliesTo.some((one) => one === kind));
    if (taxed.length === 0) return [];
    const base = taxed.reduce((sum, { amount }) => sum + amount, 0);
    const amount = fractionOf(base, rateOf(rate), currency);
    return [{ kind: "tax", id, label, quantity: 1, unitAmount: amount, amount }];
  });

/** The tax in part of a price, in the proportion of the whole, rounded half up to the currency's step. */
export const taxIn = (
  price: number,
  { total, tax, currency }: { total: number; tax: number; currency: string },
): number => fractionOf(price, { numerator: BigInt(tax), denominator: BigInt(total) }, currency);
