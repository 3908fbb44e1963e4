import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { stepOf } from "../money/index.ts";
import { amortize } from "./amortization.ts";

const sum = (amounts: number[]) => amounts.reduce((total, amount) => total + amount, 0);
const amounts = (payments: ReturnType<typeof amortize>) =>
  payments.map(({ principal, interest }) => principal + interest);

/** The monthly rate of an annual rate, as a float for comparison only. */
const monthlyRate = (annualRate: string) => Number(annualRate) / 1_200;

const loans = fc.record({
  steps: fc.integer({ min: 100_000, max: 3_000_000 }),
  months: fc.integer({ min: 2, max: 59 }),
  rate: fc.integer({ min: 0, max: 399_999 }),
  currency: fc.constantFrom("usd", "jpy", "bhd", "isk", "huf"),
});
const loan = ({ steps, months, rate, currency }: { steps: number; months: number; rate: number; currency: string }) => {
  const digits = String(rate).padStart(5, "0");
  const annualRate = `${digits.slice(0, -4)}.${digits.slice(-4)}`;
  const principal = steps * stepOf(currency);
  return { principal, annualRate, currency, payments: amortize(principal, { annualRate, months }, currency) };
};

describe("a loan", { timeout: 30_000 }, () => {
  test("of $10,000 at 12 % over a year has the payments of the standard annuity tables", () => {
    const payments = amortize(1_000_000, { annualRate: "12.0000", months: 12 }, "usd");

    expect(amounts(payments)).toEqual([...Array.from({ length: 11 }, () => 88_849), 88_847]);
    expect(payments[0]).toEqual({ principal: 78_849, interest: 10_000 });
    expect(payments[11]).toEqual({ principal: 87_967, interest: 880 });
    expect(sum(payments.map(({ interest }) => interest))).toBe(66_186);
  });

  test("of $16,000 at 9.99 % over two years", () => {
    const payments = amortize(1_600_000, { annualRate: "9.9900", months: 24 }, "usd");

    expect(payments[0]).toEqual({ principal: 60_504, interest: 13_320 });
    expect(payments[23]).toEqual({ principal: 73_228, interest: 610 });
    expect(sum(payments.map(({ interest }) => interest))).toBe(171_790);
  });

  test("rounds half up: half a cent of interest is a cent", () => {
    // A twelfth of 6 % of $1.00 is half a cent.
    expect(amortize(100, { annualRate: "6.0000", months: 2 }, "usd")[0]?.interest).toBe(1);
    expect(amortize(99, { annualRate: "6.0000", months: 2 }, "usd")[0]?.interest).toBe(0);
  });

  test("without interest has equal payments, and the last pays the rest", () => {
    expect(amounts(amortize(1_000, { annualRate: "0.0000", months: 3 }, "usd"))).toEqual([333, 333, 334]);
    expect(amounts(amortize(2_000, { annualRate: "0.0000", months: 3 }, "jpy"))).toEqual([667, 667, 666]);
  });

  test("is paid back exactly, each payment a multiple of the currency's step (I3)", () => {
    fc.assert(
      fc.property(loans, (drawn) => {
        const { principal, currency, payments } = loan(drawn);

        expect(payments).toHaveLength(drawn.months);
        expect(sum(payments.map((payment) => payment.principal))).toBe(principal);
        for (const payment of payments) {
          expect(payment.principal % stepOf(currency)).toBe(0);
          expect(payment.interest % stepOf(currency)).toBe(0);
        }
      }),
    );
  });

  test("has level payments within half a step of the closed formula, except the last", () => {
    fc.assert(
      fc.property(loans, (drawn) => {
        const { principal, annualRate, currency, payments } = loan(drawn);
        const rate = monthlyRate(annualRate);
        // 1 - (1 + r)^-n, without losing the digits of a small r.
        const shrunk = -Math.expm1(-drawn.months * Math.log1p(rate));
        const exact = rate === 0 ? principal / drawn.months : (principal * rate) / shrunk;
        const [level = 0, ...others] = amounts(payments).slice(0, -1);

        expect(Math.abs(level - exact)).toBeLessThanOrEqual(stepOf(currency) / 2 + 1e-6 * stepOf(currency));
        expect(others.every((amount) => amount === level)).toBe(true);
      }),
    );
  });

  test("owes after each payment what the closed formula gives, within the accumulated rounding", () => {
    fc.assert(
      fc.property(loans, (drawn) => {
        const { principal, annualRate, currency, payments } = loan(drawn);
        const rate = monthlyRate(annualRate);
        const [level = 0] = amounts(payments);
        let left = principal;
        payments.slice(0, -1).forEach((payment, index) => {
          left -= payment.principal;
          const grown = (1 + rate) ** (index + 1);
          // With payments of one step each, each month's interest may be off by half a step.
          const annuity = rate === 0 ? index + 1 : Math.expm1((index + 1) * Math.log1p(rate)) / rate;

          expect(Math.abs(left - (principal * grown - level * annuity))).toBeLessThanOrEqual(
            (annuity / 2 + 1e-3) * stepOf(currency),
          );
        });
      }),
    );
  });

  test("charges each month's interest only on the remaining principal", () => {
    fc.assert(
      fc.property(loans, (drawn) => {
        const { principal, annualRate, currency, payments } = loan(drawn);
        let left = principal;
        for (const payment of payments) {
          const exact = left * monthlyRate(annualRate);

          expect(Math.abs(payment.interest - exact)).toBeLessThanOrEqual(stepOf(currency) * (0.5 + 1e-6));
          left -= payment.principal;
        }
      }),
    );
  });

  test("refuses a rate that is not in a program's form", () => {
    for (const annualRate of ["9.99", "-1.0000", "100.0000", "9,9900", ""]) {
      expect(() => amortize(1_000, { annualRate, months: 3 }, "usd")).toThrow(RangeError);
    }
  });
});
