import { fractionOf, rateOf } from "../money/rate.ts";
import type { Tax } from "../program/index.ts";
import type { QuoteLine } from "./quote-line.ts";

/** A line for each tax on one of the lines: its rate on what it applies to, half up to the currency's step. */
export const taxLines = (taxes: Tax[], lines: QuoteLine[], currency: string): QuoteLine[] =>
  taxes.flatMap(({ id, label, rate, appliesTo }) => {
    const taxed = lines.filter(({ kind }) => appliesTo.some((one) => one === kind));
    if (taxed.length === 0) return [];
    const base = taxed.reduce((sum, { amount }) => sum + amount, 0);
    const amount = fractionOf(base, rateOf(rate), currency);
    return [{ kind: "tax", id, label, quantity: 1, unitAmount: amount, amount }];
  });

/** How much tax is in so much of a price, in the ratio of the whole; half up to the currency's step. */
export const taxIn = (
  price: number,
  { total, tax, currency }: { total: number; tax: number; currency: string },
): number => fractionOf(price, { numerator: BigInt(tax), denominator: BigInt(total) }, currency);
