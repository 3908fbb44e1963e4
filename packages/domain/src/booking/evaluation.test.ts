import { describe, expect, test } from "vitest";
import { held, today } from "../testing/retreat.ts";
import { plusDays } from "../time/index.ts";
import { cancelsFor, evaluationRefusal, isQueued, type Person } from "./index.ts";

const clinician: Person = { sub: "sub-9", email: "clinician@example.org", staff: true };
const booking = { ...held(), status: "awaiting_clearance" as const, participation: "accepted" as const };
const payer: Person = { ...clinician, email: booking.owner.email };

describe("an evaluation", () => {
  test("is recorded by staff who are not clients of the booking", () => {
    expect(evaluationRefusal(clinician, booking)).toBeNull();
    expect(evaluationRefusal(payer, booking)).toEqual({ ok: false, reason: "own_booking" });
  });

  test("waits for the participant's acceptance, and ends with the booking", () => {
    const invited = { ...booking, participation: "invited" as const };
    const cancelled = { ...booking, status: "cancelled" as const };

    expect(evaluationRefusal(clinician, invited)).toEqual({ ok: false, reason: "not_accepted" });
    expect(evaluationRefusal(clinician, cancelled)).toEqual({ ok: false, reason: "invalid_transition" });
  });
});

describe("the queue of screenings", () => {
  const queued = (filter: Parameters<typeof isQueued>[2], by = clinician, now = today) =>
    isQueued({ booking, clearance: null }, by, filter, now);

  test("lists other people's bookings that may be evaluated", () => {
    expect(queued({})).toBe(true);
    expect(queued({}, payer)).toBe(false);
    const held = { ...booking, status: "cancelled" as const };
    expect(isQueued({ booking: held, clearance: null }, clinician, {}, today)).toBe(false);
  });

  test("is filtered by clearance status and by attention", () => {
    const near = plusDays(booking.clearanceDueAt, -1);

    expect(queued({ status: "pending" })).toBe(true);
    expect(queued({ status: "cleared" })).toBe(false);
    expect(queued({ attention: "urgent" }, clinician, near)).toBe(true);
    expect(queued({ attention: "soon" }, clinician, near)).toBe(false);
  });
});

test.each([
  ["an admin who acts as staff", clinician, true, "operator"],
  ["another of the staff", clinician, false, null],
  ["the payer", payer, false, "client"],
  ["an admin who pays for it", payer, true, "client"],
])("%s cancels for %s", (_, person, admin, by) => {
  expect(cancelsFor({ ...person, admin }, booking)).toBe(by);
});
