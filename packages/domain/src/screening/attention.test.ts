import { describe, expect, test } from "vitest";
import { plusDays, plusSeconds } from "../time/index.ts";
import { attentionTo, deadlinesOf, remindersBefore } from "./attention.ts";

const zone = "America/Denver";
const deadline = "2027-03-26T06:00:00Z";

describe("a missing evaluation requires attention", () => {
  test.each([
    ["more than 30 days before the deadline", plusSeconds(plusDays(deadline, -30), -1), null],
    ["from 30 days before it on", plusDays(deadline, -30), "soon"],
    ["until 14 days before it", plusSeconds(plusDays(deadline, -14), -1), "soon"],
    ["from 14 days before it on", plusDays(deadline, -14), "urgent"],
    ["past it", plusDays(deadline, 3), "urgent"],
  ])("%s", (_when, now, attention) => {
    expect(attentionTo(["validity"], deadline, now)).toBe(attention);
  });

  test("never if nothing is missing", () => {
    expect(attentionTo([], deadline, plusDays(deadline, -1))).toBeNull();
  });
});

test("the deadlines that require attention: urgent within 14 days, soon from there to 30", () => {
  const now = "2027-01-04T17:00:00Z";

  expect(deadlinesOf("urgent", now)).toEqual({ from: null, to: "2027-01-18T17:00:00Z" });
  expect(deadlinesOf("soon", now)).toEqual({ from: "2027-01-18T17:00:00Z", to: "2027-02-03T17:00:00Z" });
});

describe("a participant is reminded", () => {
  test("30 and 14 days before the deadline, in the morning of the cohort's zone, daylight saving or not", () => {
    expect(remindersBefore(deadline, zone, "2027-01-01T00:00:00Z")).toEqual([
      "2027-02-24T17:00:00Z",
      "2027-03-12T17:00:00Z",
    ]);
  });

  test("but not for a day that has passed", () => {
    expect(remindersBefore(deadline, zone, "2027-02-24T17:00:00Z")).toEqual(["2027-03-12T17:00:00Z"]);
    expect(remindersBefore(deadline, zone, "2027-03-20T17:00:00Z")).toEqual([]);
  });
});
