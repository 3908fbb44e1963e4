import { describe, expect, test } from "vitest";
import { parseSchedule } from "./schedule-expression.ts";

const next = (expression: string, from: string) => new Date(parseSchedule(expression)(Date.parse(from))).toISOString();

describe("a schedule ticks", () => {
  test.each([
    ["rate(1 minute)", "2027-03-01T10:00:30Z", "2027-03-01T10:01:00.000Z"],
    ["rate(1 minute)", "2027-03-01T10:00:00Z", "2027-03-01T10:00:00.000Z"],
    ["rate(5 minutes)", "2027-03-01T10:01:00Z", "2027-03-01T10:05:00.000Z"],
  ])("%s after %s at %s", (expression, from, expected) => {
    expect(next(expression, from)).toBe(expected);
  });

  test.each(["at(2027-01-01T00:00:00)", "cron(0 10 * * ? *)", "rate(1 day)"])("%s is refused by name", (expression) => {
    expect(() => parseSchedule(expression)).toThrow(expression);
  });
});
