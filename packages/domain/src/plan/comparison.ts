import type { Cohort } from "../cohort/index.ts";
import type { CreditRules } from "../credit/index.ts";
import { type CalendarDate, dateIn, type Instant } from "../time/index.ts";
import { lastBankDebitOn } from "./bank-debit-window.ts";
import type { PlanKind } from "./choice.ts";
import { type Quote, quote } from "./quote.ts";

/**
 * One plan in a comparison; amounts in minor units. `months` is the most that the dates allow, null for a plan without
 * months. `apr` is in percent a year, null without a disclosure. `lastBankDebitOn` is the last date
 * before the start on which a bank debit is allowed, null once it has passed.
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

/**
 * Every plan that the cohort offers for a place type; unavailable ones with the reason. Empty for a cohort without
 * terms.
 */
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
