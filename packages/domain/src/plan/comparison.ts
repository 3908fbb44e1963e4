import type { Cohort } from "../cohort/index.ts";
import { type CalendarDate, dateIn, type Instant } from "../time/index.ts";
import { lastBankDebitOn } from "./bank-debit-window.ts";
import type { PlanKind } from "./choice.ts";
import { type Quote, quote } from "./quote.ts";

/**
 * A plan beside the others, in minor units. `months`: over how many it is paid, the most that its date allows. `apr`: in
 * percent a year, null where the plan is no consumer credit.
 * `lastBankDebitOn`: the last date before the start on which a bank debit is taken, null when that has passed.
 */
export type PlanComparison =
  | ({ kind: PlanKind; available: true } & PlanFigures)
  | { kind: PlanKind; available: false; reason: string };

export type PlanFigures = {
  months: number | null;
  dueToday: number;
  apr: string | null;
  lastBankDebitOn: CalendarDate | null;
} & Pick<Quote, "schedule" | "total" | "financeCharge">;

/** Every plan that the cohort offers for a place type, side by side; the unavailable ones with their reason. */
export const comparePlans = (cohort: Cohort, placeType: string, now: Instant): PlanComparison[] =>
  (cohort.terms?.plans ?? []).map(({ kind }) => {
    const offer = quote(cohort, { id: "", merchant: "", placeType, plan: { kind }, addOns: [] }, now);
    return offer.ok
      ? { kind, available: true, ...figures(offer.quote, dateIn(cohort.timeZone, now)) }
      : { kind, available: false, reason: offer.detail };
  });

function figures(
  { plan, deposit, schedule, total, financeCharge, disclosure, currency, terms }: Quote,
  today: CalendarDate,
): PlanFigures {
  const lastDebit = lastBankDebitOn(terms.startsOn, currency);
  return {
    months: "months" in plan ? plan.months : null,
    dueToday: deposit,
    schedule,
    total,
    financeCharge,
    apr: disclosure?.apr ?? null,
    lastBankDebitOn: lastDebit === null || lastDebit < today ? null : lastDebit,
  };
}
