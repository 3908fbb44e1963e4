import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { newId } from "./index.ts";

const chance = fc.uint8Array({ minLength: 10, maxLength: 10 });
const millis = fc.integer({ min: 0, max: 2 ** 48 });

describe("ids", () => {
  test("name their kind, then 26 characters that are hard to misread", () => {
    fc.assert(
      fc.property(millis, chance, (time, random) => {
        expect(newId("bkg", time, random)).toMatch(/^bkg_[0-9a-hjkmnp-tv-z]{26}$/);
      }),
    );
  });

  test("sort by time, whatever the random part", () => {
    fc.assert(
      fc.property(millis, fc.integer({ min: 1, max: 1_000_000 }), chance, chance, (time, later, a, b) => {
        expect(newId("due", time, a) < newId("due", time + later, b)).toBe(true);
      }),
    );
  });

  test("made in the same millisecond differ in their random part", () => {
    fc.assert(
      fc.property(chance, chance, (a, b) => {
        expect(newId("att", 0, a) === newId("att", 0, b)).toBe(a.every((byte, index) => byte === b[index]));
      }),
    );
  });
});
