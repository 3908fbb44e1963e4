import { describe, expect, test } from "vitest";
import { auditSpan, isWithin } from "./span.ts";

const now = "2027-03-10T12:00:00Z";
const of = (asked: { from?: string; to?: string; narrowed?: boolean }) => auditSpan({ narrowed: false, ...asked }, now);

describe("the days of an audit list", () => {
  test("are the last thirty up to today without a filter", () => {
    expect(of({})).toEqual({ from: "2027-02-08", to: "2027-03-10", endedAt: null });
  });

  test("are all days if it is filtered by subject or actor", () => {
    expect(of({ narrowed: true })).toEqual({ from: "2026-01-01", to: "2027-03-10", endedAt: null });
  });

  test("end today at the latest, and begin with the product's first day at the earliest", () => {
    expect(of({ from: "1999-01-01", to: "2030-01-01" })).toEqual({
      from: "2026-01-01",
      to: "2027-03-10",
      endedAt: null,
    });
  });

  test("have ended by the day before today", () => {
    expect(of({ to: "2027-03-09" }).endedAt).toBe("2027-03-09T23:59:59Z");
    expect(of({ to: "2027-03-10" }).endedAt).toBeNull();
  });

  test.each([
    ["2027-03-07T23:59:59Z", false],
    ["2027-03-08T00:00:00Z", true],
    ["2027-03-09T23:59:59Z", true],
    ["2027-03-10T00:00:00Z", false],
  ])("a record of %s is within two of them: %s", (recordedAt, within) => {
    expect(isWithin({ from: "2027-03-08", to: "2027-03-09" }, { recordedAt })).toBe(within);
  });
});
