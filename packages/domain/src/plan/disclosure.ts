import { lateInWords } from "../agreement/late-in-words.ts";
import texts from "../agreement/texts/credit-disclosure.ts";
import { annualPercentageRate, type CreditRules, figureOn, isExempt } from "../credit/index.ts";
import { formatMoney } from "../money/index.ts";
import type { ProgramTerms } from "../program/index.ts";
import { fill } from "../text/index.ts";
import type { CalendarDate } from "../time/index.ts";
import type { ScheduledDue } from "./schedule.ts";

/** Equal monthly payments on `dayOfMonth`, clamped to the end of shorter months. */
export type PaymentStream = {
  count: number;
  amount: number;
  firstDueOn: CalendarDate;
  every: "month";
  dayOfMonth: number;
};

/**
 * The closed-end credit disclosure that is given before signing (12 CFR 1026.18); the quote's date counts as
 * consummation. Amounts in minor units; `apr` in percent a year, with six decimals. `payments` excludes the deposit,
 * which is the `downPayment`.
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

/** A plan with more installments than this after the down payment is consumer credit even without a finance charge. */
const mostInstallments = 4;

/** The dues after the deposit, which is the down payment. */
const afterDeposit = (schedule: ScheduledDue[]): ScheduledDue[] => schedule.filter(({ kind }) => kind !== "deposit");

/** The finance charge: the interest of the dues, in minor units. */
export const interestOf = (dues: ScheduledDue[]): number => dues.reduce((sum, { parts }) => sum + parts.interest, 0);

/** Whether dues are consumer credit: more than four after the deposit, or a finance charge (12 CFR 1026.2(a)(17)). */
const isCredit = (schedule: ScheduledDue[]): boolean =>
  afterDeposit(schedule).length > mostInstallments || interestOf(schedule) > 0;

/**
 * The inputs of a plan's price. The law's dated figures (`rules`) apply as of the quote's date, which is consummation.
 */
type Priced = {
  merchant: string;
  total: number;
  deposit: number;
  quotedOn: CalendarDate;
  terms: ProgramTerms;
  rules: CreditRules;
};

/** The disclosure of a plan that is consumer credit and not exempt by its amount; else null. */
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
    prepayment: financeCharge > 0 ? texts.prepayment.withInterest : texts.prepayment.withoutInterest,
    latePayment: latePayment(terms, figureOn(rules.lateChargeCap, quotedOn)),
    securityInterest: texts.security.none,
  };
}

/** The APR of one advance on the quote's date and a payment on each due's own date, so that irregular periods count. */
function aprOf(payments: ScheduledDue[], advance: { date: CalendarDate; amount: number }): string {
  const flows = payments.map(({ dueOn, amount }) => ({ date: dueOn, amount }));
  const found = annualPercentageRate({ advances: [advance], payments: flows });
  if (!found.ok) throw new Error(`the schedule has no annual percentage rate: ${found.detail}`);
  return found.figures.apr;
}

/** Groups consecutive payments of the same amount. */
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
  const late = lateInWords(lateCharge.graceDays, texts.latePayment);
  const amount = formatMoney(lateCharge.amount, currency);
  return percent === undefined ? fill(charged, { late, amount }) : fill(chargedAtMost, { late, amount, percent });
}
