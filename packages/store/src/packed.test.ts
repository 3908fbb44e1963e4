import { agreed } from "@clearing/domain/testing/retreat";
import fc from "fast-check";
import { expect, test } from "vitest";
import { packed, unpacked } from "./packed.ts";

test("a packed value is unpacked unchanged, whatever its text", () => {
  fc.assert(
    fc.property(fc.string(), fc.integer(), (text, number) => {
      expect(unpacked(packed({ text, all: [number, null, true] }))).toEqual({ text, all: [number, null, true] });
    }),
  );
  const text = { text: "Zürich, 東京, \u2028, \ud83c\udfd4, \ud800" };
  expect(unpacked(packed(text))).toEqual(text);
});

test("a packed agreement takes less than half of its bytes", () => {
  const { head, blocks, tail, terms } = agreed();

  const document = { head, blocks, tail, terms };
  expect(packed(document).length).toBeLessThan(Buffer.byteLength(JSON.stringify(document)) / 2);
});

test("a value that was never packed is an error", () => {
  expect(() => unpacked("{}")).toThrow("not packed");
  expect(() => unpacked(undefined)).toThrow("not packed");
});
