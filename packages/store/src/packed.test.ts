import { agreed } from "@clearing/domain/testing/retreat";
import fc from "fast-check";
import { expect, test } from "vitest";
import { packed, unpacked } from "./packed.ts";

test("what is packed comes back as it was, whatever its text", () => {
  fc.assert(
    fc.property(fc.string(), fc.integer(), (text, number) => {
      expect(unpacked(packed({ text, all: [number, null, true] }))).toEqual({ text, all: [number, null, true] });
    }),
  );
  const text = { text: "Zürich, 東京, \u2028, \ud83c\udfd4, \ud800" };
  expect(unpacked(packed(text))).toEqual(text);
});

test("an agreement takes less than half of its bytes", () => {
  const { head, blocks, tail, terms } = agreed();

  const document = { head, blocks, tail, terms };
  expect(packed(document).length).toBeLessThan(Buffer.byteLength(JSON.stringify(document)) / 2);
});

test("what was never packed is no value", () => {
  expect(() => unpacked("{}")).toThrow("not packed");
  expect(() => unpacked(undefined)).toThrow("not packed");
});
