import fc from "fast-check";
import { expect, test } from "vitest";
import { addDays, addMonths, daysBetween } from "../time/index.ts";
import { civilDay, dayOf, daysLater, isMonthEnd } from "./civil-day.ts";

const dates = fc.integer({ min: -25_567, max: 109_572 }).map((days) => addDays("1970-01-01", days));

test("a day is counted like the calendar's", () => {
  fc.assert(
    fc.property(dates, fc.integer({ min: 0, max: 40_000 }), (date, days) => {
      expect(civilDay(date).serial).toBe(daysBetween("1970-01-01", date));
      expect(daysLater(civilDay(date), days)).toEqual(civilDay(addDays(date, days)));
    }),
  );
});

test("a day of a month is clamped to its end", () => {
  fc.assert(
    fc.property(dates, fc.integer({ min: 0, max: 1_200 }), (date, months) => {
      const { month, day } = civilDay(date);

      expect(dayOf(month + months, day)).toEqual(civilDay(addMonths(date, months)));
    }),
  );
});

test("a month's end is the day before the first", () => {
  fc.assert(
    fc.property(dates, (date) => {
      expect(isMonthEnd(civilDay(date))).toBe(addDays(date, 1).endsWith("-01"));
    }),
  );
});
