import { describe, expect, test } from "vitest";
import { compilePattern } from "./event-pattern.ts";

const event = {
  source: "clearing",
  "detail-type": "BookingHeld",
  resources: ["arn:a", "arn:b"],
  detail: {
    status: "held",
    amount: 250000,
    note: null,
    empty: "",
    flag: true,
    path: "dir/file.png",
    dues: [
      { kind: "deposit", amount: 100 },
      { kind: "balance", amount: 900 },
    ],
  },
};
const matches = (pattern: Record<string, unknown>) => compilePattern(pattern)(event);
const detail = (status: unknown) => matches({ detail: { status: [status].flat() } });

describe("an event pattern", () => {
  test("all fields must match, and one value of each", () => {
    expect(matches({ source: ["clearing"], "detail-type": ["BookingHeld", "HoldExpired"] })).toBe(true);
    expect(matches({ source: ["clearing"], "detail-type": ["HoldExpired"] })).toBe(false);
    expect(matches({ missing: ["x"] })).toBe(false);
  });

  test("values are compared with their type", () => {
    expect(matches({ detail: { amount: [250000] } })).toBe(true);
    expect(matches({ detail: { amount: ["250000"] } })).toBe(false);
    expect(matches({ detail: { note: [null] } })).toBe(true);
    expect(matches({ detail: { empty: [""] } })).toBe(true);
    expect(matches({ detail: { flag: [true] } })).toBe(true);
    expect(matches({ detail: { missing: [null] } })).toBe(false);
  });

  test("a list in the event matches if one of its elements does", () => {
    expect(matches({ resources: ["arn:b"] })).toBe(true);
    expect(matches({ resources: ["arn:c"] })).toBe(false);
  });

  test("fields of objects in a list must match in the same element", () => {
    expect(matches({ detail: { dues: { kind: ["deposit"], amount: [100] } } })).toBe(true);
    expect(matches({ detail: { dues: { kind: ["deposit"], amount: [900] } } })).toBe(false);
  });

  test.each([
    [{ prefix: "he" }, true],
    [{ prefix: "HE" }, false],
    [{ prefix: { "equals-ignore-case": "HE" } }, true],
    [{ suffix: "ld" }, true],
    [{ suffix: { "equals-ignore-case": "LD" } }, true],
    [{ "equals-ignore-case": "HELD" }, true],
    [{ "anything-but": "held" }, false],
    [{ "anything-but": ["expired", "cancelled"] }, true],
    [{ "anything-but": { prefix: "he" } }, false],
    [{ "anything-but": { suffix: ["x", "ld"] } }, false],
    [{ "anything-but": { "equals-ignore-case": "HELD" } }, false],
    [{ "anything-but": { wildcard: "h*d" } }, false],
    [{ wildcard: "h*d" }, true],
    [{ wildcard: "h*x" }, false],
    [{ exists: true }, true],
    [{ exists: false }, false],
  ])("status against %j is %s", (operator, expected) => {
    expect(detail(operator)).toBe(expected);
  });

  test("an escaped star is a star", () => {
    expect(compilePattern({ a: [{ wildcard: "x\\*y" }] })({ a: "x*y" })).toBe(true);
    expect(compilePattern({ a: [{ wildcard: "x\\*y" }] })({ a: "xzy" })).toBe(false);
  });

  test.each([
    [[">", 0, "<=", 250000], true],
    [[">", 250000], false],
    [["=", 250000], true],
  ])("amount against numeric %j is %s", (numeric, expected) => {
    expect(matches({ detail: { amount: [{ numeric }] } })).toBe(expected);
  });

  test("exists applies to leaves, also of missing objects", () => {
    expect(matches({ detail: { missing: [{ exists: false }] } })).toBe(true);
    expect(matches({ detail: { missing: { inner: [{ exists: false }] } } })).toBe(true);
    expect(matches({ detail: [{ exists: true }] })).toBe(false);
  });

  test("$or matches if one alternative does, together with the other fields", () => {
    const either = [{ "detail-type": ["HoldExpired"] }, { detail: { status: ["held"] } }];
    expect(matches({ source: ["clearing"], $or: either })).toBe(true);
    expect(matches({ source: ["other"], $or: either })).toBe(false);
  });

  test("an operator that is not supported stops the start by its name", () => {
    expect(() => compilePattern({ a: [{ cidr: "10.0.0.0/24" }] })).toThrow("cidr");
  });
});
