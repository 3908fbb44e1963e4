import type { CalendarDate } from "../time/index.ts";

/** A figure of the law, and the first day on which it applies. */
export type DatedFigure = { from: CalendarDate; figure: number };

/**
 * What the law or the operator's counsel sets by dates. `exemptAbove`: dollars; more credit than that is exempt from
 * Regulation Z (12 CFR 1026.3(b)). `lateChargeCap`: the most that a late charge may be, in percent of what is late.
 * Both in the order of their dates.
 */
export type CreditRules = { exemptAbove: readonly DatedFigure[]; lateChargeCap: readonly DatedFigure[] };

/** The thresholds as the Bureau published them; five percent since ever. */
export const defaultCreditRules: CreditRules = {
  exemptAbove: [
    { from: "2025-01-01", figure: 71_900 },
    { from: "2026-01-01", figure: 73_400 },
  ],
  lateChargeCap: [{ from: "0000-01-01", figure: 5 }],
};

/** The figure that applies on a date; undefined before the first. */
export const figureOn = (figures: readonly DatedFigure[], date: CalendarDate): number | undefined =>
  figures.findLast(({ from }) => from <= date)?.figure;

/** Whether so much credit, in minor units, is too large for Regulation Z. The threshold is in dollars, and so is said of them alone. */
export function isExempt(
  { exemptAbove }: CreditRules,
  credit: { amount: number; currency: string; on: CalendarDate },
): boolean {
  const threshold = figureOn(exemptAbove, credit.on);
  return credit.currency === "usd" && threshold !== undefined && credit.amount > threshold * 100;
}
