import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { stepOf } from "../money/index.ts";
import { allPrincipal, firstOf, less, type Parts, partsProblem, plus, sumOf } from "./index.ts";

/** Parts of a large due in multiples of the currency's step, and a number of steps to pay first. */
const inSteps = (currency: string) => {
  const part = fc.integer({ min: 0, max: 99_999_999 }).map((amount) => amount - (amount % stepOf(currency)));
  return fc
    .record<Parts>({ principal: part, interest: part, fee: part, tax: part })
    .chain((parts) => fc.tuple(fc.constant(parts), fc.integer({ min: 0, max: sumOf(parts) / stepOf(currency) })))
    .map(([parts, steps]) => ({ parts, amount: steps * stepOf(currency) }));
};

describe("the parts of a due's first payments", () => {
  test.each(["usd", "jpy", "ugx"])(
    "add up to them and are within what is owed, in multiples of a step of %s",
    (currency) => {
      fc.assert(
        fc.property(inSteps(currency), ({ parts, amount }) => {
          const first = firstOf(parts, amount, currency);
          const rest = less(parts, first);

          expect(sumOf(first)).toBe(amount);
          for (const name of ["principal", "interest", "fee", "tax"] as const) {
            expect(first[name] % stepOf(currency)).toBe(0);
            expect(first[name]).toBeGreaterThanOrEqual(0);
            expect(rest[name]).toBeGreaterThanOrEqual(0);
          }
          expect(plus(first, rest)).toEqual(parts);
        }),
      );
    },
  );

  test.each<[amount: number, Parts]>([
    [0, { principal: 0, interest: 0, fee: 0, tax: 0 }],
    [105, { principal: 100, interest: 0, fee: 0, tax: 5 }],
    [1_050, { principal: 1_000, interest: 0, fee: 0, tax: 50 }],
    [1_055, { principal: 1_000, interest: 5, fee: 0, tax: 50 }],
    [1_080, { principal: 1_000, interest: 30, fee: 0, tax: 50 }],
    [1_085, { principal: 1_000, interest: 30, fee: 5, tax: 50 }],
  ])("of %i: price and tax in proportion first, then the interest, the fee last", (amount, expected) => {
    expect(firstOf({ principal: 1_000, interest: 30, fee: 20, tax: 50 }, amount, "usd")).toEqual(expected);
  });

  test.each([
    ["usd", { principal: 300, tax: 100 }, 1, { principal: 1, tax: 0 }],
    ["usd", { principal: 300, tax: 100 }, 2, { principal: 2, tax: 0 }],
    ["usd", { principal: 300, tax: 100 }, 3, { principal: 2, tax: 1 }],
    ["ugx", { principal: 30_000, tax: 10_000 }, 200, { principal: 200, tax: 0 }],
    ["ugx", { principal: 30_000, tax: 10_000 }, 300, { principal: 200, tax: 100 }],
  ])("round the tax to a step of %s, with a tie in favor of the price: %o, %i", (currency, price, amount, expected) => {
    expect(firstOf({ ...allPrincipal(0), ...price }, amount, currency)).toEqual({ ...allPrincipal(0), ...expected });
  });

  test("are all parts for the whole amount, even if its tax is not a multiple of the currency's step", () => {
    const odd = { ...allPrincipal(30_050), tax: 50 };

    expect(firstOf(odd, 30_100, "ugx")).toEqual(odd);
  });

  test("are refused for more than is owed, and for a negative amount", () => {
    expect(() => firstOf(allPrincipal(5), 6, "usd")).toThrow(RangeError);
    expect(() => firstOf(allPrincipal(5), -1, "usd")).toThrow(RangeError);
  });
});

describe("the parts of an amount", () => {
  const parts: Parts = { principal: 90, interest: 5, fee: 3, tax: 2 };

  test("must add up to it", () => {
    expect(partsProblem(parts, 100)).toBeNull();
    expect(partsProblem(parts, 101)).toBe("the parts add up to 100, not to 101");
  });

  test.each(["principal", "interest", "fee", "tax"] as const)("must be whole amounts of %s of at least 0", (name) => {
    for (const wrong of [-1, 0.5]) {
      const torn = { ...parts, [name]: wrong };
      expect(partsProblem(torn, sumOf(torn))).toMatch(/^each part must be a whole number/);
    }
  });
});
