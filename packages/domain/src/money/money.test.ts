import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { allocate, formatMoney, isCurrency, minorDigits, percentOf } from "./index.ts";

const amounts = fc.integer({ min: 0, max: 5_000_000_00 });
const sum = (parts: number[]) => parts.reduce((total, part) => total + part, 0);

/** What a split has to be: whole, complete, and as even as minor units allow, the larger parts first. */
function isFairSplit(amount: number, parts: number[]): boolean {
  const [largest = 0] = parts;
  const smallest = parts.at(-1) ?? 0;
  const falling = parts.every((part, index) => index === 0 || part <= (parts[index - 1] ?? 0));
  return parts.every(Number.isSafeInteger) && sum(parts) === amount && largest - smallest <= 1 && falling;
}

describe("splitting an amount", () => {
  test("the parts of any split add up to the whole, to the cent", () => {
    fc.assert(fc.property(amounts, fc.integer({ min: 1, max: 60 }), (a, n) => isFairSplit(a, allocate(a, n))));
  });

  test("extra cents go to the earliest parts", () => {
    expect(allocate(100_00, 3)).toEqual([3334, 3333, 3333]);
    expect(allocate(2, 4)).toEqual([1, 1, 0, 0]);
  });

  test("half a cent, a debt or no part at all cannot be split", () => {
    expect(() => allocate(0.5, 2)).toThrow(RangeError);
    expect(() => allocate(-1, 2)).toThrow(RangeError);
    expect(() => allocate(100, 0)).toThrow(RangeError);
  });

  test("control: a split that rounds each part by itself is caught", () => {
    const roundedEach = (amount: number, parts: number) => Array(parts).fill(Math.round(amount / parts));

    const check = fc.check(
      fc.property(amounts, fc.integer({ min: 1, max: 60 }), (a, n) => isFairSplit(a, roundedEach(a, n))),
    );

    expect(check.failed).toBe(true);
  });
});

describe("a percentage", () => {
  test.each([
    [1, 50, 1],
    [1, 49, 0],
    [250_01, 10, 25_00],
    [250_05, 10, 25_01],
    [1_850_000, 20, 370_000],
    [333, 100, 333],
    [333, 0, 0],
  ])("of %i at %i %% is %i: half a minor unit goes up", (amount, percent, expected) => {
    expect(percentOf(amount, percent)).toBe(expected);
  });

  test("is what exact arithmetic gives, for every amount", () => {
    fc.assert(
      fc.property(amounts, fc.integer({ min: 0, max: 100 }), (amount, percent) => {
        const exact = (BigInt(amount) * BigInt(percent) * 2n + 100n) / 200n;
        expect(BigInt(percentOf(amount, percent))).toBe(exact);
      }),
    );
  });

  test("takes no fraction: no float touches money", () => {
    expect(() => percentOf(10.5, 10)).toThrow(RangeError);
    expect(() => percentOf(100, 12.5)).toThrow(RangeError);
  });
});

describe("currencies", () => {
  test("have no, two or three digits after the point", () => {
    expect(["jpy", "usd", "bhd"].map(minorDigits)).toEqual([0, 2, 3]);
  });

  test("are named in lower case, and exist", () => {
    expect(["usd", "jpy", "kwd"].every(isCurrency)).toBe(true);
    expect(["USD", "us", "dollar", "zzz", ""].some(isCurrency)).toBe(false);
  });

  test.each([
    [250_000, "usd", "$2,500.00"],
    [5, "usd", "$0.05"],
    [0, "usd", "$0.00"],
    [-1_234, "usd", "-$12.34"],
    [250_000, "jpy", "¥250,000"],
    [1_234_567, "bhd", "BHD\u00a01,234.567"],
    [7, "kwd", "KWD\u00a00.007"],
  ])("%i of %s reads %s", (amount, currency, text) => {
    expect(formatMoney(amount, currency)).toBe(text);
  });

  test("an amount keeps every digit, however large", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER }),
        fc.constantFrom("usd", "jpy", "bhd"),
        (amount, currency) => {
          const digits = formatMoney(amount, currency).replace(/\D/g, "");
          expect(Number(digits)).toBe(amount);
        },
      ),
    );
  });
});
