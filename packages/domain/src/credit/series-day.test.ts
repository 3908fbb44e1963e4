import { expect, test } from "vitest";
import { civilDay } from "./civil-day.ts";
import { seriesOf } from "./series-day.ts";
import { flowsOf } from "./stream.ts";

const seriesOfDates = (dates: string[]) => seriesOf(dates.map(civilDay)).map(({ on }) => on);

test.each([
  ["the month's end", ["2027-02-28", "2027-03-31", "2027-04-30"], [31, 31, 31]],
  ["the 30th", ["2027-01-30", "2027-02-28", "2027-03-30"], [30, 30, 30]],
  ["the 28th, until a day of another series", ["2027-02-28", "2027-03-28", "2027-04-30"], [28, 28, 30]],
  ["no common day", ["2027-01-10", "2027-02-28", "2027-03-05"], [10, 28, 5]],
])("days on %s", (_, dates, on) => {
  expect(seriesOfDates(dates)).toEqual(on);
});

test("a stream falls on the day of its first date, whatever came before", () => {
  const flows = flowsOf([
    { date: "2027-01-31", amount: 1 },
    { date: "2027-02-28", amount: 1, count: 3, every: "month" },
  ]);

  expect(flows.map(({ day }) => day.on)).toEqual([31, 28, 28, 28]);
});
