import { describe, expect, test } from "vitest";
import { addBusinessDays } from "./business-days.ts";

describe("business days of the banks", () => {
  test.each([
    ["over a week-end", "2027-03-05", 1, "2027-03-08"],
    ["ten in two weeks without a holiday", "2027-03-01", 10, "2027-03-15"],
    ["zero days", "2027-03-06", 0, "2027-03-06"],
    ["from a Saturday, the Monday is the first", "2027-03-06", 1, "2027-03-08"],
    ["over Thanksgiving", "2027-11-24", 1, "2027-11-26"],
    ["over Martin Luther King's day", "2027-01-15", 1, "2027-01-19"],
    ["over Juneteenth on a Friday", "2026-06-18", 1, "2026-06-22"],
    ["over a Fourth of July on a Sunday, kept on the Monday", "2027-07-02", 1, "2027-07-06"],
    ["a holiday on a Saturday does not close the banks on Friday", "2027-12-23", 1, "2027-12-24"],
    ["over the turn of the year", "2026-12-31", 1, "2027-01-04"],
    ["back over a week-end", "2027-03-08", -1, "2027-03-05"],
    ["ten back, over Presidents' Day", "2027-02-22", -10, "2027-02-05"],
  ])("%s", (_, from, days, expected) => {
    expect(addBusinessDays(from, days)).toBe(expected);
  });
});
