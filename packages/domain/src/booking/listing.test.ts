import { describe, expect, test } from "vitest";
import { held, today } from "../testing/retreat.ts";
import { bookingStatuses, isListed, isOnRoster, type Person, statusesPassing } from "./index.ts";

const staff: Person = { sub: "sub-9", email: "staff@example.org", staff: true };
const stranger: Person = { ...staff, staff: false };
const booking = held();
const dues = booking.dues.map((due) => ({ ...due, status: "past_due" as const }));
const late = { ...booking, status: "confirmed" as const, dues };

describe("a list of bookings", () => {
  test("shows staff every booking, and a stranger none", () => {
    expect(isListed(booking, staff, {}, today)).toBe(true);
    expect(isListed(booking, stranger, {}, today)).toBe(false);
  });

  test.each([
    [{ cohortId: booking.cohortId }, true],
    [{ cohortId: "coh_9" }, false],
    [{ status: "held" }, true],
    [{ status: "confirmed" }, false],
    [{ standing: "current" }, true],
    [{ standing: "past_due" }, false],
  ] as const)("filtered by %j shows a held booking: %s", (filter, shown) => {
    expect(isListed(booking, staff, filter, today)).toBe(shown);
  });

  test("shows a booking as current to a participant who does not pay, whatever is owed", () => {
    const taker: Person = { sub: "sub-8", email: "taker@example.org", staff: false };
    const theirs = { ...late, participant: { ...late.participant, email: taker.email } };

    expect(isListed(theirs, staff, { standing: "past_due" }, today)).toBe(true);
    expect(isListed(theirs, taker, { standing: "past_due" }, today)).toBe(false);
    expect(isListed(theirs, taker, { standing: "current" }, today)).toBe(true);
  });

  test("reads only the statuses that can match", () => {
    expect(statusesPassing({})).toBeNull();
    expect(statusesPassing({ standing: "current" })).toBeNull();
    expect(statusesPassing({ status: "held" })).toEqual(["held"]);
    expect(statusesPassing({ status: "cancelled", standing: "past_due" })).toEqual([]);
  });
});

test("a roster has everybody who takes part, may still do so, or did", () => {
  expect(bookingStatuses.filter((status) => isOnRoster({ ...booking, status }))).toEqual([
    "held",
    "awaiting_clearance",
    "confirmed",
    "completed",
  ]);
});
