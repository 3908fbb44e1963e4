import { describe, expect, test } from "vitest";
import { held, today } from "../testing/retreat.ts";
import { type Instant, plusHours, plusSeconds } from "../time/index.ts";
import {
  barredUntil,
  defaultHoldLimits,
  endsUnpaid,
  lapsedUnpaid,
  mostUnpaidEndings,
  withUnpaidEnding,
} from "./limits.ts";

const after = (hours: number): Instant => plusHours(today, hours);
const barred = (hours: number[], at: number) => barredUntil(hours.map(after), defaultHoldLimits, after(at));

describe("an account whose holds of a cohort ended unpaid", () => {
  test("is barred for 24 hours from the third within 24 hours", () => {
    expect(barred([0, 1], 1)).toBeNull();
    expect(barred([0, 1, 2], 2)).toBe(after(26));
    expect(barred([0, 1, 2], 26)).toBeNull();
  });

  test("is not barred if the third ended 24 hours after the first", () => {
    expect(barred([0, 1, 24], 24)).toBeNull();
    expect(barred([0, 1, 23.9], 23.9)).toBe(after(47.9));
  });

  test("is barred longer by each hold that ends while it is barred, in any order of recording", () => {
    expect(barred([0, 1, 2, 3], 4)).toBe(after(27));
    expect(barred([3, 0, 2, 1], 4)).toBe(after(27));
  });

  test("keeps only the last ten endings", () => {
    const instants = Array.from({ length: mostUnpaidEndings + 5 }, (_, hour) => after(hour));

    expect(instants.reduce(withUnpaidEnding, [] as readonly Instant[])).toEqual(instants.slice(5));
  });
});

describe("an ending counts as a hold that ended unpaid", () => {
  const booking = held();

  test("if the hold lapses or its client cancels it", () => {
    expect(endsUnpaid(booking, "lapse")).toBe(true);
    expect(endsUnpaid(booking, "client")).toBe(true);
  });

  test("unless the operator or a clinician ended it, it was paid or is being paid, or an admin made it", () => {
    const [deposit, ...rest] = booking.dues;
    const processing = [{ ...deposit, status: "processing" } as (typeof booking.dues)[number], ...rest];

    expect(endsUnpaid(booking, "operator")).toBe(false);
    expect(endsUnpaid(booking, "not_cleared")).toBe(false);
    expect(endsUnpaid(booking, "late_payment")).toBe(false);
    expect(endsUnpaid({ ...booking, status: "awaiting_clearance" }, "client")).toBe(false);
    expect(endsUnpaid({ ...booking, dues: processing }, "client")).toBe(false);
    expect(endsUnpaid({ ...booking, holdSlot: null }, "lapse")).toBe(false);
  });
});

test("a lapsed hold counts from its end, before the sweep has recorded it, in its own cohort, if its end is an unpaid one", () => {
  const booking = held();
  const { cohortId } = booking;
  const until = booking.holdExpiresAt ?? today;

  expect(lapsedUnpaid([booking, { ...booking, holdSlot: null }], cohortId, until)).toEqual([until]);
  expect(lapsedUnpaid([booking], "coh_other", until)).toEqual([]);
  expect(lapsedUnpaid([booking], cohortId, plusSeconds(until, -1))).toEqual([]);
  expect(lapsedUnpaid([{ ...booking, status: "expired" }], cohortId, until)).toEqual([]);
});
