import type { Cohort } from "../cohort/index.ts";
import type { CreditRules } from "../credit/index.ts";
import { type CalendarDate, dateIn, type Instant } from "../time/index.ts";
import { lastBankDebitOn } from "./bank-debit-window.ts";
import type { PlanKind } from "./choice.ts";
import { type Quote, quote } from "./quote.ts";

/**
 * A plan beside the others, in minor units. `months`: over how many it is paid, the most that its date allows. `apr`: in
 * percent a year, null where the plan is no consumer credit. `lastBankDebitOn`: the last date before the start on which a
 * bank debit is taken, null when that has passed.
 */
export type PlanComparison =
  | ({ kind: PlanKind; available: true } & PlanFigures)
  | { kind: PlanKind; available: false; reason: string };

type PlanFigures = {
  months: number | null;
  dueToday: number;
  apr: string | null;
  lastBankDebitOn: CalendarDate | null;
} & Pick<Quote, "schedule" | "total" | "financeCharge">;

/** Every plan that the cohort offers for a place type, side by side; the unavailable ones with their reason. */
export function comparePlans(
  cohort: Cohort,
  placeType: string,
  creditRules: CreditRules,
  now: Instant,
): PlanComparison[] {
  const { terms, startsOn, timeZone } = cohort;
  if (terms === null) return [];
  const lastDebit = lastBankDebitOn(startsOn, terms.currency);
  const lastDebitToCome = lastDebit !== null && lastDebit >= dateIn(timeZone, now) ? lastDebit : null;
  return terms.plans.map(({ kind }) => {
    const offer = quote(cohort, { id: "", merchant: "", creditRules, placeType, plan: { kind }, addOns: [] }, now);
    if (!offer.ok) return { kind, available: false, reason: offer.detail };
    return { kind, available: true, ...figuresOf(offer.quote), lastBankDebitOn: lastDebitToCome };
  });
}

const figuresOf = ({ plan, deposit, schedule, total, financeCharge, disclosure }: Quote) => ({
  months: "months" in plan ? plan.months : null,
  dueToday: deposit,
  schedule,
  total,
  financeCharge,
  apr: disclosure?.apr ?? null,
});
