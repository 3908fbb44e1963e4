import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { takeTerms } from "../cohort/index.ts";
import { defaultCreditRules } from "../credit/index.ts";
import { chargeProblem } from "../money/index.ts";
import type { DepositRule, Program } from "../program/index.ts";
import { cohort, program, quoted, today } from "../testing/retreat.ts";
import { untilCaught } from "../testing/until-caught.ts";
import { addDays, plusHours } from "../time/index.ts";
import { policyDates, type QuoteRequest, quote, refuseQuote } from "./index.ts";

const request = (changes: Partial<QuoteRequest> = {}): QuoteRequest => ({
  id: "quo_1",
  merchant: "Sample Operator",
  creditRules: defaultCreditRules,
  placeType: "private",
  plan: { kind: "full" },
  addOns: [],
  ...changes,
});

describe("the price of a place", () => {
  test("is the cohort's, with its add-ons, line by line", () => {
    const offer = quote(cohort(), request({ addOns: [{ id: "airport", quantity: 2 }] }), today);

    expect(offer).toMatchObject({
      ok: true,
      quote: {
        lines: [
          { kind: "place", label: "Seven-day program, private", quantity: 1, amount: 1_850_000 },
          { kind: "add_on", label: "Airport transfer", quantity: 2, unitAmount: 12_000, amount: 24_000 },
        ],
        total: 1_874_000,
        deposit: 250_000,
        financeCharge: 0,
        disclosure: null,
      },
    });
  });

  test("names the version of the cohort's terms and of its dates", () => {
    const on = takeTerms(cohort({ datesVersion: 3 }), program({ version: 7 }));

    expect(quoted("full", { cohort: on }).terms).toMatchObject({ termsVersion: 7, datesVersion: 3 });
  });

  test("names no treatment: the label is neutral", () => {
    expect(JSON.stringify(quoted("full"))).not.toMatch(/ketamine|KAP|EMDR/i);
  });

  test("is valid for a day", () => {
    expect(quoted("full").validUntil).toBe(plusHours(today, 24));
  });

  test("of a sold-out cohort is quoted, of a cohort not on sale it is refused", () => {
    const soldOut = cohort({ places: [{ type: "private", price: 1_850_000, ownPrice: true, capacity: 0 }] });
    expect(quote(soldOut, request(), today)).toMatchObject({ ok: true });

    for (const [on, at] of [
      [cohort({ status: "draft" }), today],
      [cohort({ status: "closed" }), today],
      [cohort({ terms: null }), today],
      [cohort(), cohort().salesEndAt],
    ] as const) {
      expect(quote(on, request(), at)).toMatchObject({ ok: false, reason: "not_on_sale" });
    }
  });

  test("names the field that does not exist", () => {
    const ask = (changes: Partial<QuoteRequest>) => quote(cohort(), request(changes), today);
    const invalid = (path: string) => ({ ok: false, reason: "validation_failed", path });

    expect(ask({ placeType: "suite" })).toMatchObject(invalid("placeType"));
    expect(ask({ addOns: [{ id: "yacht", quantity: 1 }] })).toMatchObject(invalid("addOns.0"));
    expect(ask({ addOns: [{ id: "airport", quantity: 11 }] })).toMatchObject(invalid("addOns.0.quantity"));
    expect(ask({ addOns: [1, 2].map((quantity) => ({ id: "airport", quantity })) })).toMatchObject(invalid("addOns.1"));
  });
});

describe("the schedule", () => {
  test("of `full` shows the clearance deadline until the confirmation gives the balance its date", () => {
    expect(quoted("full").schedule).toEqual([
      {
        ...{ sequence: 0, kind: "deposit", dueOn: "2027-01-04", startsBy: "date", amount: 250_000 },
        parts: { principal: 250_000, interest: 0, fee: 0, tax: 0 },
      },
      {
        ...{ sequence: 1, kind: "balance", dueOn: "2027-02-22", startsBy: "confirmation", amount: 1_600_000 },
        parts: { principal: 1_600_000, interest: 0, fee: 0, tax: 0 },
      },
    ]);
  });

  test("and the terms use the deadline of the cohort's terms", () => {
    const screening = { ...program().screening, clearanceDeadlineDaysBefore: 7 };
    const { schedule: dues, terms } = quoted("full", { program: program({ screening }) });

    expect(dues[1]?.dueOn).toBe("2027-03-01");
    expect(terms).toMatchObject({ clearanceDeadlineOn: "2027-03-01", clearanceDeadline: "2027-03-02T07:00:00Z" });
  });

  test("of `deposit_and_balance` has the balance the program's days before the start", () => {
    expect(quoted("deposit_and_balance").schedule[1]).toMatchObject({ dueOn: "2027-02-06", amount: 1_600_000 });
  });

  test("moves a balance date in the past to the quote's date, in the cohort's time zone", () => {
    const late = quoted("deposit_and_balance", { now: "2027-02-11T04:00:00Z" });

    expect(late.schedule.map(({ dueOn }) => dueOn)).toEqual(["2027-02-10", "2027-02-10"]);
  });

  test("has the quote's date in the cohort's zone, not in UTC", () => {
    const zones = ["America/Denver", "Pacific/Apia"];
    const firstDue = (timeZone: string) => quoted("full", { cohort: cohort({ timeZone }) }).schedule[0]?.dueOn;

    expect(zones.map(firstDue)).toEqual(["2027-01-04", "2027-01-05"]);
  });

  const deposits = fc.oneof(
    fc.record({ kind: fc.constant("percent" as const), percent: fc.integer({ min: 5, max: 95 }) }),
    fc.record({
      kind: fc.constant("amount" as const),
      amount: fc.integer({ min: 50, max: 400 }).map((amount) => amount * 1_000),
    }),
  );
  const offers = fc.record({
    deposit: deposits,
    price: fc.integer({ min: 4_200, max: 30_000 }).map((price) => price * 100),
    kind: fc.constantFrom("full" as const, "deposit_and_balance" as const),
    daysAgo: fc.integer({ min: 14, max: 300 }),
    currency: fc.constantFrom("usd", "jpy", "bhd", "isk", "huf"),
  });
  const schedule = ({
    deposit,
    price,
    kind,
    daysAgo,
    currency,
  }: {
    deposit: DepositRule;
    price: number;
    kind: "full" | "deposit_and_balance";
    daysAgo: number;
    currency: string;
  }) =>
    quoted(kind, {
      program: program({ deposit, currency }),
      cohort: cohort({ places: [{ type: "private", price, ownPrice: true, capacity: 1 }] }),
      now: `${addDays("2027-03-08", -daysAgo)}T12:00:00Z`,
    });

  test("adds up to the total exactly, each due above zero and none before the quote's date (I3)", () => {
    fc.assert(
      fc.property(offers, (offer) => {
        const { total, deposit, schedule: dues } = schedule(offer);
        expect(dues.reduce((sum, { amount }) => sum + amount, 0)).toBe(total);
        expect(dues[0]).toMatchObject({ kind: "deposit", amount: deposit });
        expect(dues.every(({ amount }) => chargeProblem(amount, offer.currency) === null)).toBe(true);
        expect(dues.every(({ dueOn }) => dueOn >= (dues[0]?.dueOn ?? ""))).toBe(true);
      }),
    );
  });

  test("control: a balance rounded separately, instead of taking the rest, is caught", () => {
    const check = fc.check(
      // Half of an odd price leaves half a cent on both sides. Every other offer has one, so every seed finds it.
      fc.property(offers, fc.integer({ min: 0, max: 99 }), (offer, cents) => {
        const half = { kind: "percent" as const, percent: 50 };
        const odd = { ...offer, deposit: half, price: offer.price + cents, currency: "usd" };
        const { total, deposit } = schedule(odd);
        return deposit + Math.round(total / 2) === total;
      }),
      untilCaught,
    );

    expect(check.failed).toBe(true);
  });

  test("has dues in the currency's step: leftover steps go to the earlier ones", () => {
    const dues = (currency: string, price: number) =>
      schedule({ deposit: { kind: "percent", percent: 15 }, price, kind: "full", daysAgo: 60, currency }).schedule;

    expect(dues("bhd", 1_450_030).map(({ amount }) => amount)).toEqual([217_500, 1_232_530]);
    expect(dues("isk", 1_450_100).map(({ amount }) => amount)).toEqual([217_500, 1_232_600]);
  });

  test("is refused if a due exceeds the largest charge, however many add-ons cause it", () => {
    const addOns = [{ id: "suite", label: "Suite", price: 99_999_999, stock: 10_000 }];
    const dear = takeTerms(cohort(), program({ addOns }));
    const ask = (quantity: number) => quote(dear, request({ addOns: [{ id: "suite", quantity }] }), today);

    expect(ask(1)).toMatchObject({ reason: "plan_not_available", detail: expect.stringContaining("$999,999.99") });
    expect(ask(10_000)).toMatchObject({
      reason: "plan_not_available",
      detail: expect.stringContaining("fewer add-ons"),
    });
  });

  test("is refused in a currency that the cohort's prices do not fit", () => {
    const odd = cohort({ places: [{ type: "private", price: 1_850_001, ownPrice: true, capacity: 1 }] });

    expect(quote(takeTerms(odd, program({ currency: "bhd" })), request(), today)).toMatchObject({
      reason: "plan_not_available",
    });
  });

  test("is refused if a cohort's own price leaves less than the smallest charge after the deposit", () => {
    const cheap = (price: number) => cohort({ places: [{ type: "private", price, ownPrice: true, capacity: 1 }] });

    for (const price of [250_000, 250_049]) {
      expect(quote(cheap(price), request(), today)).toMatchObject({ reason: "plan_not_available" });
    }
    expect(quote(cheap(250_050), request(), today)).toMatchObject({ ok: true });
  });
});

describe("taxes", () => {
  const tax = (id: string, rate: string, ...appliesTo: ("place" | "add_on")[]) => ({ id, label: id, rate, appliesTo });
  const sold = (taxes: ReturnType<typeof tax>[], changes: Partial<Program> = {}) =>
    quote(
      takeTerms(cohort(), program({ taxes, ...changes })),
      request({ addOns: [{ id: "airport", quantity: 2 }] }),
      today,
    );

  test("have a line each, at their rate on what they apply to, and are part of the total", () => {
    const taxes = [
      tax("state", "6.8750", "place", "add_on"),
      tax("stay", "2.0000", "place"),
      tax("ride", "0.5000", "add_on"),
    ];

    expect(sold(taxes)).toMatchObject({
      ok: true,
      quote: {
        lines: [
          { kind: "place", amount: 1_850_000 },
          { kind: "add_on", amount: 24_000 },
          // 6.875 % of 1,874,000 is 128,837.50.
          { kind: "tax", id: "state", label: "state", quantity: 1, unitAmount: 128_838, amount: 128_838 },
          { kind: "tax", id: "stay", amount: 37_000 },
          { kind: "tax", id: "ride", amount: 120 },
        ],
        total: 2_039_958,
        financeCharge: 0,
      },
    });
  });

  test("omit a line if nothing that they apply to is sold", () => {
    expect(quoted("full", { program: program({ taxes: [tax("ride", "0.5000", "add_on")] }) }).lines).toHaveLength(1);
  });

  test("are rounded half up to the currency's step", () => {
    const inDinars = { currency: "bhd", addOns: [{ id: "airport", label: "Transfer", price: 50, stock: 2 }] };
    // 5 % of 100 is 5, half a step of 10.
    expect(sold([tax("ride", "5.0000", "add_on")], inDinars)).toMatchObject({
      quote: { lines: [{}, {}, { amount: 10 }] },
    });
    expect(sold([tax("ride", "4.9000", "add_on")], inDinars)).toMatchObject({
      quote: { lines: [{}, {}, { amount: 0 }] },
    });
  });

  test("are included in the base of a percent deposit, and in every due in proportion", () => {
    const half = { kind: "percent" as const, percent: 50 };
    const offer = quoted("full", { program: program({ deposit: half, taxes: [tax("state", "10.0000", "place")] }) });

    expect(offer).toMatchObject({ total: 2_035_000, deposit: 1_017_500 });
    expect(offer.schedule.map(({ parts }) => [parts.principal, parts.tax])).toEqual([
      [925_000, 92_500],
      [925_000, 92_500],
    ]);
  });
});

describe("a quote can become a booking", () => {
  const offer = quoted("full");

  test("for a day, but not past its own clearance deadline, even if later terms have a later one", () => {
    const late = quoted("full", { now: plusHours(offer.terms.clearanceDeadline, -1) });

    expect(refuseQuote(offer, plusHours(today, 23))).toBeNull();
    expect(refuseQuote(offer, plusHours(today, 24))).toBe("quote_expired");
    expect(refuseQuote(late, late.terms.clearanceDeadline)).toBe("not_on_sale");
  });
});

describe("the policy's dates", () => {
  const { tiers } = program().cancellation;

  test("are the last date of each tier, inclusive; the last tier ends before the first day", () => {
    expect(policyDates(tiers, "2027-03-08", "2027-01-04")).toEqual([
      { until: "2027-01-07", refundPercent: 100 },
      { until: "2027-02-06", refundPercent: 50 },
      { until: "2027-03-07", refundPercent: 0 },
    ]);
  });

  test("omit tiers that have passed", () => {
    expect(policyDates(tiers, "2027-03-08", "2027-01-07")).toHaveLength(3);
    expect(policyDates(tiers, "2027-03-08", "2027-01-08")).toHaveLength(2);
  });

  test("omit a tier that never applies, since nothing is refunded from the first day on", () => {
    const closeTiers = [
      { daysBefore: 1, refundPercent: 50 },
      { daysBefore: 0, refundPercent: 10 },
    ];

    expect(policyDates(closeTiers, "2027-03-08", "2027-01-04")).toEqual([{ until: "2027-03-07", refundPercent: 50 }]);
  });

  test("are valid dates at the end of a month", () => {
    expect(policyDates([{ daysBefore: 1, refundPercent: 0 }], "2028-03-01", "2027-01-04")).toEqual([
      { until: "2028-02-29", refundPercent: 0 },
    ]);
  });
});
