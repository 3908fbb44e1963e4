import type { CalendarDate } from "../time/index.ts";

/** A legal figure and the first day on which it applies. */
export type DatedFigure = { from: CalendarDate; figure: number };

/**
 * Figures set by law or by the operator's counsel, in order of their dates. `exemptAbove`: in dollars; a larger amount
 * of credit is exempt from Regulation Z (12 CFR 1026.3(b)). `lateChargeCap`: the highest late charge, in percent of the
 * late amount.
 */
export type CreditRules = { exemptAbove: readonly DatedFigure[]; lateChargeCap: readonly DatedFigure[] };

/**
 * The thresholds as published by the Consumer Financial Protection Bureau; the cap of 5 percent has no starting date.
 */
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

/**
 * Whether an amount of credit (minor units) is exempt from Regulation Z because it is too large. The threshold is in
 * dollars, so only credit in dollars can be exempt.
 */
export function isExempt(
  { exemptAbove }: CreditRules,
  credit: { amount: number; currency: string; on: CalendarDate },
): boolean {
  const threshold = figureOn(exemptAbove, credit.on);
  return credit.currency === "usd" && threshold !== undefined && credit.amount > threshold * 100;
}
