import { describe, expect, test } from "vitest";
import { takeTerms } from "../cohort/index.ts";
import { defaultCreditRules } from "../credit/index.ts";
import { cohort, program, today } from "../testing/retreat.ts";
import { comparePlans, type QuoteRequest, quote } from "./index.ts";

const request = (changes: Partial<QuoteRequest> = {}): QuoteRequest => ({
  id: "quo_1",
  merchant: "Sample Operator",
  creditRules: defaultCreditRules,
  placeType: "private",
  plan: { kind: "full" },
  addOns: [],
  ...changes,
});

describe("add-ons", () => {
  const addOns = [
    { id: "airport", label: "Airport transfer", price: 12_000, stock: 10 },
    { id: "massage", label: "Massage", price: 9_000, stock: 2 },
  ];
  const on = takeTerms(cohort(), program({ addOns }));
  const ask = (...wanted: QuoteRequest["addOns"]) => quote(on, request({ addOns: wanted }), today);

  test("of several kinds have a line each, up to the stock of each", () => {
    expect(ask({ id: "airport", quantity: 10 }, { id: "massage", quantity: 2 })).toMatchObject({
      ok: true,
      quote: {
        lines: [
          { kind: "place" },
          { id: "airport", quantity: 10, amount: 120_000 },
          { id: "massage", quantity: 2, amount: 18_000 },
        ],
        total: 1_988_000,
      },
    });
  });

  test("above their stock are refused by field", () => {
    expect(ask({ id: "airport", quantity: 1 }, { id: "massage", quantity: 3 })).toMatchObject({
      ok: false,
      path: "addOns.1.quantity",
      detail: "Must be at most 2 for massage",
    });
  });
});

test("a plan with a due that cannot be charged is refused by the due's name", () => {
  const cheap = cohort({ places: [{ type: "private", price: 250_049, ownPrice: true, capacity: 1 }] });

  expect(quote(cheap, request(), today)).toMatchObject({
    ok: false,
    reason: "plan_not_available",
    detail: expect.stringMatching(/^The balance must be /),
  });
});

test("a cohort that was never opened has no plans to compare", () => {
  expect(comparePlans(cohort({ status: "draft", terms: null }), "private", defaultCreditRules, today)).toEqual([]);
});
