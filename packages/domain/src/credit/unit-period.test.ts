import { describe, expect, test } from "vitest";
import { civilDay } from "./civil-day.ts";
import { annualPercentageRate } from "./index.ts";
import { unitPeriodsBetween } from "./time-between.ts";
import { unitPeriodNamed } from "./unit-period.ts";

/** The unit-period of an advance on the first date and payments on the others. */
function unitPeriodOf([first = "", ...rest]: string[]): [string, number] {
  const answer = annualPercentageRate({
    advances: [{ date: first, amount: 100_000 }],
    payments: rest.map((date) => ({ date, amount: 110_000 })),
  });
  if (!answer.ok) throw new Error(answer.detail);
  return [answer.figures.unitPeriod, answer.figures.unitPeriodsPerYear];
}

describe("the unit-period (Appendix J (b)(4) and (5))", () => {
  const found: [string, string[], string, number][] = [
    ["the term of a single payment, in days", ["2027-01-03", "2027-09-15"], "255_days", 365 / 255],
    ["the term of a single payment, in whole months", ["2027-01-15", "2027-07-15"], "6_months", 2],
    ["a year for a single payment after one", ["2027-01-15", "2028-01-15"], "year", 1],
    ["a year for a single payment after more than one", ["2027-01-17", "2028-09-01"], "year", 1],
    [
      "the most frequent period",
      ["2027-01-01", "2027-02-01", "2027-03-01", "2027-04-01", "2027-04-20", "2027-05-09"],
      "month",
      12,
    ],
    [
      "the smaller of two as frequent",
      ["2027-01-01", "2027-02-01", "2027-03-01", "2027-03-11", "2027-03-21"],
      "10_days",
      36.5,
    ],
    ["months, though some are as long in days", ["2027-07-01", "2027-08-01", "2027-09-01"], "month", 12],
    [
      "four weeks, though one of them is a month",
      ["2027-01-04", "2027-02-01", "2027-03-01", "2027-03-29"],
      "four_weeks",
      13,
    ],
    ["a week", ["2027-01-04", "2027-01-11", "2027-01-18"], "week", 52],
    ["three weeks", ["2027-01-04", "2027-01-25", "2027-02-15"], "3_weeks", 52 / 3],
    ["a day", ["2027-01-04", "2027-01-05", "2027-01-06"], "day", 365],
    ["half a month", ["2027-01-01", "2027-01-16", "2027-02-01", "2027-02-16"], "half_month", 24],
    ["two months", ["2027-01-10", "2027-03-01", "2027-05-01", "2027-07-01"], "two_months", 6],
    ["a quarter", ["2027-01-31", "2027-04-30", "2027-07-31"], "quarter", 4],
    ["five months", ["2027-01-15", "2027-06-15", "2027-11-15"], "5_months", 12 / 5],
    ["a year", ["2027-01-15", "2028-01-15", "2029-01-15"], "year", 1],
    ["a year at most, though two years are the only period", ["2027-01-15", "2029-01-15", "2031-01-15"], "year", 1],
    ["a year at most, though 400 days are the only period", ["2027-01-15", "2028-02-19", "2029-03-25"], "year", 1],
    ["the average if none is common", ["2027-01-01", "2027-03-13", "2027-09-01"], "4_months", 3],
    [
      "the lower interval if the average is as near to two",
      ["2027-01-01", "2027-02-01", "2027-05-04"],
      "two_months",
      6,
    ],
  ];
  test.each(found)("is %s", (_, dates, name, perYear) => {
    expect(unitPeriodOf(dates)).toEqual([name, perYear]);
  });
});

describe("the unit-periods between two dates (Appendix J (b)(5))", () => {
  const counted: [string, string, string, number, number][] = [
    ["month", "2027-01-10", "2027-02-10", 1, 0],
    ["month", "2027-02-10", "2027-04-01", 1, 19 / 30],
    ["month", "2027-01-01", "2027-02-28", 1, 27 / 30],
    ["month", "2027-01-31", "2027-03-01", 1, 1 / 30],
    ["month", "2028-02-29", "2029-02-28", 11, 28 / 30],
    ["quarter", "1978-05-23", "1978-10-01", 1, (30 + 9) / 90],
    ["two_months", "1978-01-10", "1978-03-01", 0, (30 + 22) / 60],
    ["half_month", "1978-02-23", "1978-03-01", 0, 6 / 15],
    ["half_month", "2027-01-10", "2027-02-01", 1, 6 / 15],
    ["half_month", "2027-01-10", "2027-02-16", 2, 6 / 15],
    ["half_month", "2027-01-16", "2027-02-16", 2, 0],
    ["half_month", "2027-01-16", "2027-02-01", 1, 0],
    ["week", "2027-01-04", "2027-01-20", 2, 2 / 7],
    ["four_weeks", "1978-03-18", "1978-04-20", 1, 5 / 28],
    ["day", "2027-01-04", "2027-01-20", 16, 0],
    ["year", "1978-01-17", "1979-07-17", 1, 6 / 12],
    ["year", "1978-01-17", "1979-07-18", 1, 182 / 365],
    ["year", "1978-01-17", "1978-01-20", 0, 3 / 365],
  ];
  test.each(counted)("in the unit %s from %s to %s", (name, from, to, whole, fraction) => {
    const unitPeriod = unitPeriodNamed(name);
    if (unitPeriod === undefined) throw new Error(name);
    const day = civilDay(to);

    const time = unitPeriodsBetween(civilDay(from), { ...day, on: day.day }, unitPeriod);

    expect(time.whole).toBe(whole);
    expect(time.fraction).toBeCloseTo(fraction, 12);
  });
});
