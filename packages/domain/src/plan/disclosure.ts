import texts from "../agreement/texts/credit-disclosure.ts";
import { annualPercentageRate, type CreditRules, figureOn, isExempt } from "../credit/index.ts";
import { formatMoney } from "../money/index.ts";
import type { ProgramTerms } from "../program/index.ts";
import { fill } from "../text/index.ts";
import type { CalendarDate } from "../time/index.ts";
import type { ScheduledDue } from "./schedule.ts";

/** Equal payments, one a month: their dates are `dayOfMonth`, clamped to each month. */
export type PaymentStream = {
  count: number;
  amount: number;
  firstDueOn: CalendarDate;
  every: "month";
  dayOfMonth: number;
};

/**
 * What is disclosed of closed-end credit before it is signed (12 CFR 1026.18), with the quote's date as that of
 * consummation. Amounts in minor units; `apr` in percent a year, with six decimals. `payments` leaves the deposit out: it is
 * the `downPayment`.
 */
export type Disclosure = {
  creditor: string;
  apr: string;
  financeCharge: number;
  amountFinanced: number;
  totalOfPayments: number;
  totalSalePrice: number;
  downPayment: number;
  payments: PaymentStream[];
  prepayment: string;
  latePayment: string;
  securityInterest: string;
};

/** Payable in more installments than this, the down payment not counted, it is credit without a charge, too. */
const mostInstallments = 4;

/** What is due after the deposit, which is the down payment. */
const afterDeposit = (schedule: ScheduledDue[]): ScheduledDue[] => schedule.filter(({ kind }) => kind !== "deposit");

/** The interest of some dues, in minor units. */
export const interestOf = (dues: ScheduledDue[]): number => dues.reduce((sum, { parts }) => sum + parts.interest, 0);

/** Whether dues are consumer credit: more than four after the deposit, or with a finance charge (12 CFR 1026.2(a)(17)). */
const isCredit = (schedule: ScheduledDue[]): boolean =>
  afterDeposit(schedule).length > mostInstallments || interestOf(schedule) > 0;

/** What a plan was priced with. `rules`: what the law sets by dates; the quote's is that of consummation. */
type Priced = {
  merchant: string;
  total: number;
  deposit: number;
  quotedOn: CalendarDate;
  terms: ProgramTerms;
  rules: CreditRules;
};

/** The disclosure of a plan that is consumer credit and not exempt by its amount; null for any other. */
export function disclosureOf(schedule: ScheduledDue[], priced: Priced): Disclosure | null {
  const { merchant, total, deposit, quotedOn, terms, rules } = priced;
  const credit = { amount: total - deposit, currency: terms.currency, on: quotedOn };
  if (!isCredit(schedule) || isExempt(rules, credit)) return null;
  const payments = afterDeposit(schedule);
  const financeCharge = interestOf(payments);
  const amountFinanced = total - deposit;
  return {
    creditor: merchant,
    apr: aprOf(payments, { date: quotedOn, amount: amountFinanced }),
    financeCharge,
    amountFinanced,
    totalOfPayments: amountFinanced + financeCharge,
    totalSalePrice: total + financeCharge,
    downPayment: deposit,
    payments: streamsOf(payments, Number(quotedOn.slice(-2))),
    prepayment: texts.prepayment.statement,
    latePayment: latePayment(terms, figureOn(rules.lateChargeCap, quotedOn)),
    securityInterest: texts.security.none,
  };
}

/** One advance on the quote's date, and each due as a payment on its own date: no odd date is left out of account. */
function aprOf(payments: ScheduledDue[], advance: { date: CalendarDate; amount: number }): string {
  const flows = payments.map(({ dueOn, amount }) => ({ date: dueOn, amount }));
  const found = annualPercentageRate({ advances: [advance], payments: flows });
  if (!found.ok) throw new Error(`a schedule has no annual percentage rate: ${found.detail}`);
  return found.figures.apr;
}

/** Payments of the same amount that follow each other, counted. */
function streamsOf(payments: ScheduledDue[], dayOfMonth: number): PaymentStream[] {
  const streams: PaymentStream[] = [];
  for (const { amount, dueOn } of payments) {
    const last = streams.at(-1);
    if (last?.amount === amount) last.count += 1;
    else streams.push({ count: 1, amount, firstDueOn: dueOn, every: "month", dayOfMonth });
  }
  return streams;
}

function latePayment({ lateCharge, currency }: ProgramTerms, percent: number | undefined): string {
  const { none, charged, chargedAtMost } = texts.latePayment;
  if (lateCharge === null || lateCharge.amount === 0) return none;
  const { graceDays } = lateCharge;
  const amount = formatMoney(lateCharge.amount, currency);
  return percent === undefined
    ? fill(charged, { graceDays, amount })
    : fill(chargedAtMost, { graceDays, amount, percent });
}
