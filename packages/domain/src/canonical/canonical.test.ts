import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { canonical, canonicalHash } from "./index.ts";

const json = fc.jsonValue({ stringUnit: "grapheme" });

/** The same value with the fields of each object in the opposite order. */
function reversed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reversed);
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(
    Object.entries(value)
      .toReversed()
      .map(([name, field]) => [name, reversed(field)]),
  );
}

describe("the canonical form of a value", () => {
  test("has no white space, and writes numbers and texts as JSON.stringify does", () => {
    const value = { text: 'a "quote"\n', numbers: [1e21, 0.1, 1e-7, 100], literals: [null, true] };

    expect(canonical(value)).toBe('{"literals":[null,true],"numbers":[1e+21,0.1,1e-7,100],"text":"a \\"quote\\"\\n"}');
  });

  test("orders fields by UTF-16 code units, as RFC 8785 says", () => {
    const value = { "\u20ac": 1, "\r": 2, "\ufb33": 3, "1": 4, "\u{1f600}": 5, "\u0080": 6, "\u00f6": 7 };

    expect([...canonical(value).matchAll(/:(\d)/g)].map(([, place]) => place)).toEqual([..."2467153"]);
  });

  test("is the same whatever the order of the fields", () => {
    fc.assert(
      fc.property(json, (value) => {
        expect(canonical(reversed(value))).toBe(canonical(value));
      }),
    );
  });

  test("differs for another value, and parses back to the value", () => {
    fc.assert(
      fc.property(json, (value) => {
        const text = canonical(value);
        expect(canonical(JSON.parse(text))).toBe(text);
        expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(value)));
      }),
    );
  });

  test("omits an undefined field, as storage does, and has one zero", () => {
    expect(canonical({ b: undefined, a: 1 })).toBe('{"a":1}');
    expect(canonical([undefined])).toBe("[null]");
    expect(canonical([-0])).toBe("[0]");
  });

  test.each([
    ["a lone surrogate", ["\ud800"]],
    ["a lone surrogate in a name", { "\udfff": 1 }],
    ["NaN", { a: Number.NaN }],
    ["Infinity", { a: Number.POSITIVE_INFINITY }],
    ["nothing", undefined],
  ])("does not exist for %s", (_what, value) => {
    expect(() => canonical(value)).toThrow();
  });
});

test("the hash of a canonical form is that of its UTF-8 bytes", () => {
  // printf '{"a":"ä"}' | sha256sum
  expect(canonicalHash({ a: "ä" })).toBe("46e7684c4b1944115e7f227c9f2d1275a3edf7806a40d523d1c77e0df97b3432");
});
