import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { takeTerms } from "../cohort/index.ts";
import { defaultCreditRules } from "../credit/index.ts";
import type { Program } from "../program/index.ts";
import { cohort, program, quoted } from "../testing/retreat.ts";
import { addDays } from "../time/index.ts";
import { disclosureOf } from "./disclosure.ts";
import { comparePlans, type Disclosure, type PlanKind, type Quote } from "./index.ts";

const sum = (amounts: number[]) => amounts.reduce((total, amount) => total + amount, 0);
const offered = (changes: Partial<Program> = {}) =>
  takeTerms(
    cohort({ startsOn: "2027-12-06" }),
    program({
      plans: [
        { kind: "full" },
        { kind: "deposit_and_balance", balanceDueDaysBefore: 30 },
        { kind: "installments", months: 6 },
        { kind: "financed", months: 24, annualRate: "9.9900" },
      ],
      ...changes,
    }),
  );
const quoteOf = (kind: PlanKind, months?: number, changes: Partial<Program> = {}): Quote =>
  quoted(kind, { cohort: offered(changes), ...(months === undefined ? {} : { months }) });
function disclosed(quote: Quote): Disclosure {
  if (quote.disclosure === null) throw new Error(`the quote of the plan ${quote.plan.kind} has no disclosure`);
  return quote.disclosure;
}

/** The present value of monthly payments at a rate (percent a year), in floats for comparison. */
const worth = (amounts: number[], apr: string) =>
  sum(amounts.map((amount, index) => amount / (1 + Number(apr) / 1_200) ** (index + 1)));

describe("the disclosure of a plan", { timeout: 30_000 }, () => {
  test("exists if it is consumer credit: more than four installments, or a finance charge", () => {
    const credit = [
      quoteOf("full"),
      quoteOf("deposit_and_balance"),
      quoteOf("installments", 4),
      quoteOf("installments", 5),
      quoteOf("financed", 2),
    ].map(({ disclosure }) => disclosure !== null);

    expect(credit).toEqual([false, false, false, true, true]);
  });

  test("of installments without a finance charge has an APR of 0", () => {
    expect(quoteOf("installments", 5).disclosure).toMatchObject({
      apr: "0.000000",
      financeCharge: 0,
      amountFinanced: 1_600_000,
      totalOfPayments: 1_600_000,
      payments: [{ count: 5, amount: 320_000, firstDueOn: "2027-02-04", every: "month", dayOfMonth: 4 }],
    });
  });

  test("of a loan shows its cost, with the deposit as the down payment and not among the payments", () => {
    expect(quoteOf("financed").disclosure).toMatchObject({
      creditor: "Sample Operator",
      financeCharge: 171_790,
      amountFinanced: 1_600_000,
      totalOfPayments: 1_771_790,
      totalSalePrice: 2_021_790,
      downPayment: 250_000,
      payments: [
        { count: 23, amount: 73_824, firstDueOn: "2027-02-04", every: "month", dayOfMonth: 4 },
        { count: 1, amount: 73_838, firstDueOn: "2029-01-04", every: "month", dayOfMonth: 4 },
      ],
    });
  });

  test("has the APR at which the payments are worth the amount financed", () => {
    const quote = quoteOf("financed");
    const { apr, amountFinanced } = disclosed(quote);

    expect(apr).toMatch(/^9\.99\d{4}$/);
    expect(
      Math.abs(
        worth(
          quote.schedule.slice(1).map(({ amount }) => amount),
          apr,
        ) - amountFinanced,
      ),
    ).toBeLessThan(1);
  });

  test("finances the tax together with the price", () => {
    const taxed = quoteOf("financed", 24, {
      taxes: [{ id: "state", label: "State tax", rate: "6.8750", appliesTo: ["place"] }],
    });

    expect(disclosed(taxed)).toMatchObject({ amountFinanced: 1_977_188 - 250_000, downPayment: 250_000 });
  });

  test("states the cost of a late payment in the currency's format, or that there is none", () => {
    const late = (lateCharge: Program["lateCharge"]) => disclosed(quoteOf("financed", 24, { lateCharge })).latePayment;

    expect(late({ amount: 2_500, graceDays: 10 })).toContain("more than 10 days late, you will be charged $25.00");
    expect(late({ amount: 2_500, graceDays: 0 })).toContain("If a payment is late, you will be charged $25.00");
    expect(late(null)).toBe("There is no late charge.");
    expect(late({ amount: 0, graceDays: 10 })).toBe(late(null));
  });

  const rules = {
    exemptAbove: [
      { from: "2026-01-01", figure: 15_000 },
      { from: "2027-01-01", figure: 16_000 },
    ],
    lateChargeCap: [
      { from: "2026-01-01", figure: 5 },
      { from: "2027-01-01", figure: 4 },
    ],
  };
  const underRules = (quotedOn: string, changes: Partial<Program> = {}) => {
    const { terms } = offered({ lateCharge: { amount: 2_500, graceDays: 10 }, ...changes });
    if (terms === null) throw new Error("the cohort has no terms");
    const { schedule, total, deposit } = quoteOf("financed");
    return disclosureOf(schedule, { merchant: "Sample Operator", total, deposit, quotedOn, terms, rules });
  };

  test("is omitted above the dollar threshold of its date, but not in other currencies", () => {
    expect(underRules("2025-12-31")).not.toBeNull();
    expect(underRules("2026-06-01")).toBeNull();
    expect(underRules("2027-01-01")).not.toBeNull();
    expect(underRules("2026-06-01", { currency: "cad" })).not.toBeNull();
  });

  test("names the late charge's cap on its date", () => {
    expect(underRules("2025-12-31")?.latePayment).toMatch(/charged \$25\.00\.$/);
    expect(underRules("2027-01-01")?.latePayment).toMatch(/but no more than 4% of the unpaid part of that payment\.$/);
  });

  test("says on paying early what interest is saved, if there is interest", () => {
    const plan = { kind: "financed", months: 24, annualRate: "0.0000" } as const;

    expect(disclosed(quoteOf("financed")).prepayment).toContain("you will not owe interest");
    expect(disclosed(quoteOf("financed", 24, { plans: [plan] })).prepayment).toBe(
      "If you pay off early, you will not have to pay a penalty.",
    );
  });

  test("of any loan quoted on any day adds up, with its own rate but for rounding", () => {
    const loans = fc.record({
      day: fc.integer({ min: 0, max: 1_500 }),
      months: fc.integer({ min: 2, max: 59 }),
      rate: fc.integer({ min: 100, max: 2_999 }),
    });
    fc.assert(
      fc.property(loans, ({ day, months, rate }) => {
        const annualRate = (rate / 100).toFixed(4);
        const startsOn = addDays("2027-03-01", day);
        const on = takeTerms(cohort({ startsOn }), program({ plans: [{ kind: "financed", months, annualRate }] }));
        const quote = quoted("financed", { cohort: on, months, now: `${addDays(startsOn, -60)}T12:00:00Z` });
        const { apr, ...figures } = disclosed(quote);

        expect(Math.abs(Number(apr) - Number(annualRate))).toBeLessThan(0.01);
        expect(figures.totalOfPayments).toBe(sum(figures.payments.map(({ count, amount }) => count * amount)));
        expect(figures.totalOfPayments).toBe(figures.amountFinanced + figures.financeCharge);
        expect(figures.totalSalePrice).toBe(sum(quote.schedule.map(({ amount }) => amount)));
        expect(figures.downPayment + figures.amountFinanced).toBe(quote.total);
        expect(sum(figures.payments.map(({ count }) => count))).toBe(months);
      }),
    );
  });

  test("has its APR in the plan comparison", () => {
    const rates = comparePlans(offered(), "private", defaultCreditRules, "2027-01-04T17:00:00Z").map(
      (plan) => plan.available && plan.apr,
    );

    expect(rates).toEqual([null, null, "0.000000", quoteOf("financed").disclosure?.apr]);
  });
});
