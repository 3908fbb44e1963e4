import type { CreditRules } from "../credit/index.ts";
import { chargeProblem } from "../money/index.ts";
import { depositOn, type PlanOffer, type ProgramTerms } from "../program/index.ts";
import { dateIn, type Instant } from "../time/index.ts";
import type { PlanKind } from "./choice.ts";
import { type Disclosure, disclosureOf } from "./disclosure.ts";
import type { QuoteLine } from "./quote-line.ts";
import { schedule } from "./schedule.ts";
import { taxLines } from "./tax.ts";

/**
 * A representative example of credit under a plan: the first place type at its price, over the most months, from today.
 * Amounts in minor units; `apr` in percent a year, with six decimals. `payments` excludes the deposit, which is the
 * `downPayment`.
 */
export type CreditExample = {
  plan: PlanKind;
  placeType: string;
  cashPrice: number;
} & Pick<Disclosure, "downPayment" | "apr" | "financeCharge" | "totalSalePrice"> & {
    payments: { count: number; amount: number; every: "month" }[];
  };

/**
 * The examples that a public page must show if it names a number of payments or a rate: down payment, terms of
 * repayment and annual percentage rate (12 CFR 1026.24(d)(2)). One for each plan of the program that is consumer
 * credit.
 */
export const creditExamples = (terms: ProgramTerms, rules: CreditRules, now: Instant): CreditExample[] =>
  terms.plans.flatMap((plan) => exampleOf(terms, plan, rules, now) ?? []);

function exampleOf(terms: ProgramTerms, plan: PlanOffer, rules: CreditRules, now: Instant): CreditExample | null {
  const { currency, taxes, placeTypes } = terms;
  const [place] = placeTypes;
  if (place === undefined || !("months" in plan)) return null;
  const { type, price } = place;
  const line: QuoteLine = { kind: "place", id: type, label: type, quantity: 1, unitAmount: price, amount: price };
  const tax = taxLines(taxes, [line], currency).reduce((sum, { amount }) => sum + amount, 0);
  const total = price + tax;
  const deposit = depositOn(terms.deposit, total, currency);
  const quotedOn = dateIn("UTC", now);
  const days = { quotedOn, startsOn: quotedOn, clearanceDeadlineOn: quotedOn };
  const dues = schedule(plan, { total, tax, deposit, currency, ...days });
  if (dues.some(({ amount }) => chargeProblem(amount, currency) !== null)) return null;
  const disclosure = disclosureOf(dues, { merchant: "", total, deposit, quotedOn, terms, rules });
  if (disclosure === null) return null;
  const { downPayment, apr, financeCharge, totalSalePrice } = disclosure;
  return {
    plan: plan.kind,
    placeType: type,
    cashPrice: total,
    downPayment,
    payments: disclosure.payments.map(({ count, amount, every }) => ({ count, amount, every })),
    apr,
    financeCharge,
    totalSalePrice,
  };
}
