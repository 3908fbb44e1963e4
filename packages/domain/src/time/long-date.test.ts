import { expect, test } from "vitest";
import { addDays } from "./index.ts";
import { longDate } from "./long-date.ts";

test("a long date equals Intl's, on each day of a leap year", () => {
  const intl = new Intl.DateTimeFormat("en-US", { dateStyle: "long", timeZone: "UTC" });
  for (let day = 0; day < 366; day++) {
    const date = addDays("2028-01-01", day);
    expect(longDate(date)).toBe(intl.format(new Date(`${date}T00:00:00Z`)));
  }
});
