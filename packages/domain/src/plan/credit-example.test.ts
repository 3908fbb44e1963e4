import { describe, expect, test } from "vitest";
import { takeTerms } from "../cohort/index.ts";
import { defaultCreditRules as rules } from "../credit/index.ts";
import type { PlanOffer, Program } from "../program/index.ts";
import { cohort, program, quoted, today } from "../testing/retreat.ts";
import { creditExamples } from "./index.ts";

const financed: PlanOffer = { kind: "financed", months: 24, annualRate: "9.9900" };
const offering = (...plans: PlanOffer[]): Program => program({ plans });

describe("the credit example beside the months and rates of a program's plans", () => {
  test("has down payment, terms of repayment and annual percentage rate, as a quote of that day discloses them", () => {
    const sold = offering(financed);
    const { disclosure } = quoted("financed", { program: sold, cohort: takeTerms(cohort(), sold) });
    if (disclosure === null) throw new Error("the quote has no disclosure");
    const { downPayment, apr, financeCharge, totalSalePrice, payments } = disclosure;

    expect(creditExamples(sold, rules, today)).toEqual([
      {
        ...{ plan: "financed", placeType: "private", cashPrice: 1_850_000 },
        ...{ downPayment, apr, financeCharge, totalSalePrice },
        payments: payments.map(({ count, amount }) => ({ count, amount, every: "month" })),
      },
    ]);
    expect(payments.reduce((sum, { count }) => sum + count, 0)).toBe(24);
  });

  test("exists for each plan that is consumer credit, and for no other", () => {
    const plans: PlanOffer[] = [
      { kind: "full" },
      { kind: "deposit_and_balance", balanceDueDaysBefore: 30 },
      { kind: "installments", months: 4 },
      financed,
    ];
    const named = (...offered: PlanOffer[]) =>
      creditExamples(offering(...offered), rules, today).map(({ plan }) => plan);

    expect(named(...plans)).toEqual(["financed"]);
    expect(named({ kind: "installments", months: 5 }, financed)).toEqual(["installments", "financed"]);
  });

  test("includes the taxes on a place, and is omitted for a plan that cannot be charged", () => {
    const tax = { id: "state", label: "State tax", rate: "10.0000", appliesTo: ["place" as const] };
    const taxed = creditExamples({ ...offering(financed), taxes: [tax] }, rules, today);
    const tiny = { ...offering(financed), placeTypes: [{ type: "private", price: 251_000 }] };

    expect(taxed[0]?.cashPrice).toBe(2_035_000);
    expect(creditExamples(tiny, rules, today)).toEqual([]);
  });

  test("is omitted for credit that is exempt by its amount", () => {
    const large = { ...offering(financed), placeTypes: [{ type: "private", price: 9_000_000 }] };

    expect(creditExamples(large, rules, today)).toEqual([]);
  });
});
