import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type BookingFact, type BookingStatus, bookingStatuses, transition, transitions } from "./index.ts";

/** domain.md's drawing and the sentences below it, written once more by hand. */
const expected: [BookingStatus, BookingFact, BookingStatus][] = [
  ["held", "deposit_settled", "awaiting_clearance"],
  ["held", "hold_lapsed", "expired"],
  ["held", "decline_due", "declined"],
  ["held", "cancelled_by_client", "cancelled"],
  ["held", "cancelled_by_operator", "cancelled"],
  ["awaiting_clearance", "clearance_complete", "confirmed"],
  ["awaiting_clearance", "decline_due", "declined"],
  ["awaiting_clearance", "deadline_missed", "cancelled"],
  ["awaiting_clearance", "cancelled_by_client", "cancelled"],
  ["awaiting_clearance", "cancelled_by_operator", "cancelled"],
  ["confirmed", "clearance_lost", "awaiting_clearance"],
  ["confirmed", "cancelled_by_client", "cancelled"],
  ["confirmed", "cancelled_by_operator", "cancelled"],
  ["confirmed", "no_show", "cancelled"],
  ["confirmed", "turned_away", "declined"],
  ["confirmed", "cohort_ended", "completed"],
  ["expired", "late_money", "awaiting_clearance"],
];
const facts = [...new Set(expected.map(([, fact]) => fact))];
const table = bookingStatuses.flatMap((status) => facts.map((fact) => [status, fact] as const));

describe("the status of a booking", () => {
  test.each(table)("%s, when %s", (status, fact) => {
    const [, , becomes = null] = expected.find(([from, what]) => from === status && what === fact) ?? [];

    expect(transition(status, fact)).toBe(becomes);
  });

  test("knows no fact beyond these", () => {
    expect(Object.values(transitions).flatMap((row) => Object.keys(row))).toHaveLength(expected.length);
  });

  test("never leaves the table, and stays where it has ended", () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...facts), { maxLength: 50 }), (walk) => {
        let status: BookingStatus = "held";
        for (const fact of walk) {
          const ended = ["completed", "declined", "cancelled"].includes(status);
          const next: BookingStatus = transition(status, fact) ?? status;
          expect(bookingStatuses).toContain(next);
          if (ended) expect(next).toBe(status);
          status = next;
        }
      }),
    );
  });
});
