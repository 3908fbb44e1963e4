import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { untilCaught } from "../testing/until-caught.ts";
import {
  allocate,
  amountProblem,
  chargeProblem,
  formatMoney,
  isCurrency,
  largestAmount,
  largestCharge,
  minorDigits,
  percentOf,
  smallestCharge,
  stepOf,
  supportedCurrencies,
} from "./index.ts";

const anyCurrency = fc.constantFrom(...supportedCurrencies);
const steps = fc.integer({ min: 0, max: 5_000_000_00 });
const sum = (parts: number[]) => parts.reduce((total, part) => total + part, 0);

/** A valid split: whole steps, complete, and as even as steps allow, with the larger parts first. */
function isFairSplit(amount: number, parts: number[], currency: string): boolean {
  const [largest = 0] = parts;
  const smallest = parts.at(-1) ?? 0;
  const falling = parts.every((part, index) => index === 0 || part <= (parts[index - 1] ?? 0));
  const step = stepOf(currency);
  return parts.every((part) => part % step === 0) && sum(parts) === amount && largest - smallest <= step && falling;
}

describe("splitting an amount", () => {
  const split = (cut: typeof allocate) =>
    fc.property(anyCurrency, steps, fc.integer({ min: 1, max: 60 }), (currency, count, parts) => {
      const amount = count * stepOf(currency);
      return isFairSplit(amount, cut(amount, parts, currency), currency);
    });

  test("the parts of any split add up to the whole, in steps of its currency", () => {
    fc.assert(split(allocate));
  });

  test("extra steps go to the earliest parts", () => {
    expect(allocate(100_00, 3, "usd")).toEqual([3334, 3333, 3333]);
    expect(allocate(2, 4, "usd")).toEqual([1, 1, 0, 0]);
    expect(allocate(10_000, 3, "bhd")).toEqual([3_340, 3_330, 3_330]);
    expect(allocate(10_000, 3, "isk")).toEqual([3_400, 3_300, 3_300]);
  });

  test("half a cent, half a step, a negative amount or zero parts cannot be split", () => {
    expect(() => allocate(0.5, 2, "usd")).toThrow(RangeError);
    expect(() => allocate(10_005, 2, "bhd")).toThrow(RangeError);
    expect(() => allocate(-1, 2, "usd")).toThrow(RangeError);
    expect(() => allocate(100, 0, "usd")).toThrow(RangeError);
  });

  test("control: a split that rounds each part separately is caught", () => {
    const check = fc.check(
      split((amount, parts) => Array(parts).fill(Math.round(amount / parts))),
      untilCaught,
    );

    expect(check.failed).toBe(true);
  });

  test("control: a split into minor units that are not steps is caught", () => {
    const inCents: typeof allocate = (amount, parts) => allocate(amount, parts, "usd");

    expect(fc.check(split(inCents), untilCaught).failed).toBe(true);
  });
});

describe("a percentage", () => {
  test.each([
    [1, 50, "usd", 1],
    [1, 49, "usd", 0],
    [250_01, 10, "usd", 25_00],
    [250_05, 10, "usd", 25_01],
    [1_850_000, 20, "usd", 370_000],
    [333, 100, "usd", 333],
    [333, 0, "usd", 0],
    [333, 50, "jpy", 167],
    [1_010, 50, "bhd", 510],
    [1_090, 50, "bhd", 550],
    [1_080, 50, "bhd", 540],
    [250_100, 50, "isk", 125_100],
  ])("of %i at %i %% in %s is %i, with half a step rounded up", (amount, percent, currency, expected) => {
    expect(percentOf(amount, percent, currency)).toBe(expected);
  });

  test("equals exact arithmetic, in steps, for every amount and currency", () => {
    fc.assert(
      fc.property(anyCurrency, steps, fc.integer({ min: 0, max: 100 }), (currency, amount, percent) => {
        const step = BigInt(stepOf(currency));
        const exact = ((BigInt(amount) * BigInt(percent) * 2n + 100n * step) / (200n * step)) * step;
        expect(BigInt(percentOf(amount, percent, currency))).toBe(exact);
      }),
    );
  });

  test("takes no fraction, so that no float touches money", () => {
    expect(() => percentOf(10.5, 10, "usd")).toThrow(RangeError);
    expect(() => percentOf(100, 12.5, "usd")).toThrow(RangeError);
  });
});

describe("currencies", () => {
  test("have the digits of Stripe's amounts, whatever Intl says", () => {
    expect(["jpy", "usd", "bhd"].map(minorDigits)).toEqual([0, 2, 3]);
    expect(["huf", "isk", "ugx", "twd", "cop", "idr"].map(minorDigits)).toEqual([2, 2, 2, 2, 2, 2]);
    expect(["krw", "clp", "vnd", "mga", "xof"].map(minorDigits)).toEqual([0, 0, 0, 0, 0]);
  });

  test("are named in lower case, and are in the table", () => {
    expect(["usd", "jpy", "kwd", "huf"].every(isCurrency)).toBe(true);
    expect(["USD", "us", "dollar", "zzz", "xau", "chw", "constructor", ""].some(isCurrency)).toBe(false);
  });

  test("that are not in the table have no rule", () => {
    for (const rule of [stepOf, smallestCharge, largestCharge]) expect(() => rule("xau")).toThrow("xau");
    expect(() => percentOf(100, 10, "xau")).toThrow("xau");
    expect(() => allocate(100, 2, "xau")).toThrow("xau");
  });

  test("can charge the limits of their table, and nothing beyond", () => {
    fc.assert(
      fc.property(anyCurrency, (currency) => {
        const [smallest, largest, step] = [smallestCharge(currency), largestCharge(currency), stepOf(currency)];
        const most = largest - (largest % step);
        expect([smallest, most].map((amount) => chargeProblem(amount, currency))).toEqual([null, null]);
        expect(chargeProblem(smallest - step, currency)).toContain(`at least ${smallest} `);
        expect(chargeProblem(most + step, currency)).toContain(`at most ${largest} `);
        expect(largest).toBeLessThanOrEqual(largestAmount);
      }),
    );
  });

  test("with steps refuse amounts between two steps", () => {
    expect(["bhd", "isk", "ugx"].map((currency) => amountProblem(1_050_001, currency))).toEqual([
      "Must be a multiple of 10 minor units in bhd",
      "Must be a multiple of 100 minor units in isk",
      "Must be a multiple of 100 minor units in ugx",
    ]);
    expect(["usd", "huf", "jpy", "twd"].map((currency) => amountProblem(1_050_001, currency))).toEqual(
      Array(4).fill(null),
    );
  });

  test.each([
    [250_000, "usd", "$2,500.00"],
    [5, "usd", "$0.05"],
    [0, "usd", "$0.00"],
    [-1_234, "usd", "-$12.34"],
    [250_000, "jpy", "¥250,000"],
    [1_234_567, "bhd", "BHD\u00a01,234.567"],
    [7, "kwd", "KWD\u00a00.007"],
    [250_000, "huf", "HUF\u00a02,500.00"],
    [250_000, "twd", "NT$2,500.00"],
    [250_000, "cop", "COP\u00a02,500.00"],
    [250_000, "isk", "ISK\u00a02,500"],
    [250_000, "ugx", "UGX\u00a02,500"],
    [250_050, "isk", "ISK\u00a02,500.50"],
    [250_000, "mga", "MGA\u00a0250,000"],
    [250_000, "cny", "CN¥2,500.00"],
  ])("%i of %s reads %s", (amount, currency, text) => {
    expect(formatMoney(amount, currency)).toBe(text);
  });

  test("an amount reads as what Stripe charges: parsing its text gives the amount in Stripe's minor unit", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER }), anyCurrency, (amount, currency) => {
        const [whole = "", fraction = ""] = formatMoney(amount, currency)
          .replace(/[^\d.]/g, "")
          .split(".");
        expect(Number(whole + fraction.padEnd(minorDigits(currency), "0"))).toBe(amount);
      }),
    );
  });
});
