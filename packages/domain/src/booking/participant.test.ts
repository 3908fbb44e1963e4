import { describe, expect, test } from "vitest";
import { refuseBirth } from "./participant.ts";

describe("a participant's date of birth", () => {
  test.each([
    ["the birth of an adult", "1985-05-17", null],
    ["18 years before the first day", "2009-03-08", null],
    ["a day less than 18 years before it", "2009-03-09", "under_age"],
    ["today", "2027-01-04", "under_age"],
    ["tomorrow", "2027-01-05", "in_the_future"],
    ["at the end of time", "9999-12-31", "in_the_future"],
    ["120 years ago", "1907-01-04", null],
    ["120 years and a day ago", "1907-01-03", "too_long_ago"],
    ["at the beginning of time", "0000-01-01", "too_long_ago"],
  ])("%s: %s is %s", (_, bornOn, refusal) => {
    expect(refuseBirth(bornOn, "2027-03-08", "2027-01-04")).toBe(refusal);
  });

  test("on 29 February: an adult on 1 March of a common year, and not the day before", () => {
    expect(refuseBirth("2008-02-29", "2026-02-28", "2026-01-04")).toBe("under_age");
    expect(refuseBirth("2008-02-29", "2026-03-01", "2026-01-04")).toBe(null);
  });
});
