import { expect, test } from "vitest";
import { postingSpan } from "./span.ts";

const begins = "2026-01-01T00:00:00Z";
const now = "2027-03-10T03:00:00Z";
const of = (days: { from?: string; to?: string }) => postingSpan(days, "America/New_York", begins, now);

test.each([
  ["without limits", {}, begins, now, false],
  ["from a day on", { from: "2027-03-01" }, "2027-03-01T05:00:00Z", now, false],
  ["to today, which is still the 9th in the zone", { to: "2027-03-09" }, begins, now, false],
  ["to a day that has ended", { to: "2027-03-08" }, begins, "2027-03-09T04:59:59Z", true],
  ["from before the ledger begins", { from: "1999-01-01" }, begins, now, false],
])("the ledger's span %s", (_, days, from, to, ended) => {
  expect(of(days)).toEqual({ from, to, ended });
});
