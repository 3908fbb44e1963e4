import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { stepOf } from "../money/index.ts";
import type { PlanOffer } from "../program/index.ts";
import { untilCaught } from "../testing/until-caught.ts";
import { schedule } from "./index.ts";

type Input = Parameters<typeof schedule>[1];

const dues = (plan: PlanOffer, changes: Partial<Input> = {}) =>
  schedule(plan, {
    total: 1_850_000,
    tax: 0,
    deposit: 250_000,
    currency: "usd",
    quotedOn: "2027-01-04",
    startsOn: "2027-12-01",
    clearanceDeadlineOn: "2027-11-17",
    ...changes,
  });
const installments = (months: number): PlanOffer => ({ kind: "installments", months });
const financed = (months: number, annualRate = "9.9900"): PlanOffer => ({ kind: "financed", months, annualRate });
const sum = (amounts: number[]) => amounts.reduce((total, amount) => total + amount, 0);
const afterDeposit = (plan: PlanOffer, changes: Partial<Input> = {}) =>
  dues(plan, changes)
    .slice(1)
    .map(({ amount }) => amount);

describe.each([
  ["installments", installments],
  ["a loan", financed],
])("the dates of %s", (_, plan) => {
  const dates = (quotedOn: string, months = 6) =>
    dues(plan(months), { quotedOn })
      .slice(1)
      .map(({ dueOn }) => dueOn);

  test("from the 31st of January are the last day of short months, and the 31st of long ones", () => {
    expect(dates("2027-01-31")).toEqual([
      ...["2027-02-28", "2027-03-31", "2027-04-30", "2027-05-31", "2027-06-30", "2027-07-31"],
    ]);
  });

  test("from the 31st of August go over the 29th of February of a leap year", () => {
    expect(dates("2027-08-31")).toEqual([
      ...["2027-09-30", "2027-10-31", "2027-11-30", "2027-12-31", "2028-01-31", "2028-02-29"],
    ]);
  });

  test("from the 29th of February return to the 29th, and end a year later on the 28th", () => {
    expect(dates("2028-02-29", 12)).toEqual([
      ...["2028-03-29", "2028-04-29", "2028-05-29", "2028-06-29", "2028-07-29", "2028-08-29"],
      ...["2028-09-29", "2028-10-29", "2028-11-29", "2028-12-29", "2029-01-29", "2029-02-28"],
    ]);
  });

  test("follow the deposit, each as a separate due", () => {
    expect(dues(plan(3)).map(({ sequence, kind, dueOn, startsBy }) => [sequence, kind, dueOn, startsBy])).toEqual([
      [0, "deposit", "2027-01-04", "date"],
      [1, "installment", "2027-02-04", "date"],
      [2, "installment", "2027-03-04", "date"],
      [3, "installment", "2027-04-04", "date"],
    ]);
  });
});

describe("installments", () => {
  test.each([
    ["usd", 1_600_001, 3, [533_334, 533_334, 533_333]],
    ["usd", 1_600_001, 7, [228_572, 228_572, 228_572, 228_572, 228_571, 228_571, 228_571]],
    ["jpy", 1_600_001, 3, [533_334, 533_334, 533_333]],
    ["jpy", 1_600_001, 11, [...Array.from({ length: 7 }, () => 145_455), ...Array.from({ length: 4 }, () => 145_454)]],
    ["bhd", 1_600_010, 3, [533_340, 533_340, 533_330]],
    ["bhd", 1_600_010, 7, [228_580, 228_580, 228_570, 228_570, 228_570, 228_570, 228_570]],
    ["bhd", 1_600_010, 11, [...Array.from({ length: 6 }, () => 145_460), ...Array.from({ length: 5 }, () => 145_450)]],
  ])("of %s %i in %i parts are equal, with extra steps in the earliest", (currency, rest, months, parts) => {
    const split = afterDeposit(installments(months), { currency, total: rest + 250_000 });

    expect(sum(split)).toBe(rest);
    expect(split).toEqual(parts);
  });

  test("have no interest", () => {
    expect(dues(installments(6)).every(({ parts }) => parts.interest === 0)).toBe(true);
  });
});

describe("a loan's dues", () => {
  test("are its level payments, each with its interest", () => {
    const [deposit, first, ...rest] = dues(financed(24));

    expect(deposit).toMatchObject({ amount: 250_000, parts: { principal: 250_000, interest: 0 } });
    expect(first).toMatchObject({ amount: 73_824, parts: { principal: 60_504, interest: 13_320, fee: 0, tax: 0 } });
    expect(rest.slice(0, -1).every(({ amount }) => amount === 73_824)).toBe(true);
  });
});

describe("the tax in a due", () => {
  test("is in proportion to the total's tax, and interest carries none", () => {
    const taxed = dues(installments(3), { total: 2_000_000, tax: 150_000, deposit: 200_000 });

    expect(taxed.map(({ parts }) => parts.tax)).toEqual([15_000, 45_000, 45_000, 45_000]);
    expect(
      dues(financed(2), { total: 2_000_000, tax: 150_000 }).every(({ amount, parts }) => {
        return parts.principal + parts.tax + parts.interest === amount;
      }),
    ).toBe(true);
  });

  test("is rounded cumulatively, so that the shares add up", () => {
    const parts = dues(installments(3), { total: 100_100, tax: 100, deposit: 100 }).map((due) => due.parts.tax);

    expect(parts).toEqual([0, 33, 34, 33]);
  });
});

const plans = fc.oneof(
  fc.constant<PlanOffer>({ kind: "full" }),
  fc
    .integer({ min: 0, max: 90 })
    .map((days): PlanOffer => ({ kind: "deposit_and_balance", balanceDueDaysBefore: days })),
  fc.integer({ min: 2, max: 59 }).map(installments),
  fc
    .tuple(fc.integer({ min: 2, max: 59 }), fc.integer({ min: 0, max: 399_999 }))
    .map(([months, rate]) => financed(months, (rate / 10_000).toFixed(4))),
);
const prices = fc.record({
  currency: fc.constantFrom("usd", "jpy", "bhd", "isk", "huf"),
  deposit: fc.integer({ min: 200, max: 300_000 }),
  rest: fc.integer({ min: 20_000, max: 3_000_000 }),
  taxShare: fc.integer({ min: 0, max: 30 }),
});

describe("a schedule of any plan", { timeout: 30_000 }, () => {
  const drawn = (plan: PlanOffer, price: { currency: string; deposit: number; rest: number; taxShare: number }) => {
    const step = stepOf(price.currency);
    const total = (price.deposit + price.rest) * step;
    const tax = Math.floor(((price.deposit + price.rest) * price.taxShare) / 100) * step;
    const { currency } = price;
    return { total, tax, currency, made: dues(plan, { total, tax, deposit: price.deposit * step, currency }) };
  };

  test("adds up to the total plus its interest, and its tax to the total's tax, in steps of the currency (I3)", () => {
    fc.assert(
      fc.property(plans, prices, (plan, price) => {
        const { total, tax, currency, made } = drawn(plan, price);
        const parts = made.map((due) => due.parts);

        expect(sum(made.map(({ amount }) => amount))).toBe(total + sum(parts.map(({ interest }) => interest)));
        expect(sum(parts.map((part) => part.tax))).toBe(tax);
        for (const { amount, parts: own } of made) {
          expect(own.principal + own.interest + own.fee + own.tax).toBe(amount);
          expect(Object.values(own).every((part) => part >= 0 && part % stepOf(currency) === 0)).toBe(true);
        }
      }),
    );
  });

  test("control: tax rounded separately for each due is caught", () => {
    const check = fc.check(
      fc.property(plans, prices, (plan, price) => {
        const { total, tax, currency, made } = drawn(plan, price);
        const step = stepOf(currency);
        const roundedAlone = made.map(({ parts }) => {
          return Math.round(((parts.principal + parts.tax) * tax) / total / step) * step;
        });
        return sum(roundedAlone) === tax;
      }),
      untilCaught,
    );

    expect(check.failed).toBe(true);
  });
});
