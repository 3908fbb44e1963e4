import { describe, expect, test } from "vitest";
import { Life } from "../testing/life.ts";
import { held } from "../testing/retreat.ts";
import { type BookingStatus, refuseAutopay } from "./index.ts";

const signed = () => new Life(held()).sign().booking;

describe("the permission to collect automatically", () => {
  test("needs the agreement as it is now, signed", () => {
    const booking = signed();
    const changed = { ...booking, agreement: { ...booking.agreement, version: 2 } };

    expect(refuseAutopay(held(), true)).toBe("agreement_required");
    expect(refuseAutopay(changed, false)).toBe("agreement_required");
    expect(refuseAutopay(booking, true)).toBeNull();
  });

  test.each<[BookingStatus, string | null]>([
    ["held", null],
    ["awaiting_clearance", null],
    ["confirmed", null],
    ["completed", null],
    ["expired", "invalid_transition"],
    ["declined", "invalid_transition"],
    ["cancelled", "invalid_transition"],
  ])("is given on a booking that is %s: %s; it is taken back on any", (status, refusal) => {
    const booking = { ...signed(), status };

    expect(refuseAutopay(booking, true)).toBe(refusal);
    expect(refuseAutopay(booking, false)).toBeNull();
  });
});
