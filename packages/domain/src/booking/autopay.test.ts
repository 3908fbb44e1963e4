import { describe, expect, test } from "vitest";
import { Life } from "../testing/life.ts";
import { held } from "../testing/retreat.ts";
import {
  allowAutopay,
  type Booking,
  type BookingStatus,
  type Due,
  type GivenPermission,
  renewedPermission,
  type SavedMethod,
  stopAutopay,
} from "./index.ts";

const savedMethod: SavedMethod = {
  ...{ id: "pm_1", customerId: "cus_1", type: "card", fingerprint: "fp_1", last4: "4242", expiresOn: "2030-12-31" },
  ...{ mandateId: null, savedAt: "2027-01-04T17:00:00Z", unusable: null },
};
const now = "2027-01-05T12:00:00Z";
const permission: GivenPermission = { id: "per_1", version: 2, hash: "hash-of-text", at: now };
const allowing = { hash: permission.hash, permission };

/** A signed booking with a saved card, not collected automatically. */
const signed = (changes: Partial<Booking> = {}): Booking => ({
  ...new Life(held()).sign().booking,
  savedMethod,
  ...changes,
});

describe("the permission to collect automatically", () => {
  test("can be given only with the current agreement signed, and revoked at any time", () => {
    const { agreement } = signed();
    const changed = signed({ agreement: { ...agreement, version: 2 }, autopay: true, permission });

    expect(allowAutopay({ ...held(), savedMethod }, allowing, now)).toBe("agreement_required");
    expect(allowAutopay(changed, allowing, now)).toBe("agreement_required");
    expect(stopAutopay(changed, now)).toMatchObject({ booking: { autopay: false } });
  });

  test.each<[BookingStatus, boolean]>([
    ["held", true],
    ["awaiting_clearance", true],
    ["confirmed", true],
    ["completed", true],
    ["expired", false],
    ["declined", false],
    ["cancelled", false],
  ])("is given on a booking that is %s: %s; it can be revoked on any", (status, isGiven) => {
    expect(allowAutopay(signed({ status }), allowing, now) === "ended").toBe(!isGiven);
    expect(stopAutopay(signed({ status, autopay: true }), now)).not.toBeNull();
  });

  test("is refused if nothing is left that is collected automatically", () => {
    const toConfirm = (due: Due): Due => ({
      ...due,
      tries: {
        ...{ failed: 1, firstFailedOn: "2027-02-06", lastFailedAt: "2027-02-06T17:00:00Z" },
        ...{ lastFailure: "authentication_required", methodId: "pm_1", stopped: "authentication" },
      },
    });
    const paid = signed().dues.map((due) => ({ ...due, paid: due.amount, status: "paid" as const }));
    const charge = { ...(paid[1] as Due), kind: "late_charge" as const, paid: 0, status: "scheduled" as const };

    expect(allowAutopay(signed({ dues: paid }), allowing, now)).toBe("nothing_to_charge");
    expect(allowAutopay(signed({ dues: [...paid, charge] }), allowing, now)).toBe("nothing_to_charge");
    expect(allowAutopay(signed({ dues: signed().dues.map(toConfirm) }), allowing, now)).toBe("nothing_to_charge");
    expect(allowAutopay(signed({ dues: paid, autopay: true, permission }), allowing, now)).toBe("unchanged");
  });

  test("is given for a saved method that can be charged, by the hash of its text", () => {
    const { savedMethod: _none, ...without } = signed();
    const gone = signed({ savedMethod: { ...savedMethod, unusable: "detached" } });

    expect(allowAutopay(without, allowing, now)).toBe("no_method");
    expect(allowAutopay(gone, allowing, now)).toBe("no_method");
    expect(allowAutopay(signed(), { ...allowing, hash: "another" }, now)).toBe("agreement_changed");
    expect(allowAutopay(signed(), allowing, now)).toMatchObject({
      booking: { autopay: true, permission, version: 3 },
      events: [{ name: "AutopayChanged", data: { autopay: true, reason: "client" } }],
    });
  });

  test("does not change when the same text is accepted again", () => {
    const before = signed({ autopay: true, permission });
    const again = { ...permission, id: "per_2", hash: "hash-of-another-text" };

    expect(allowAutopay(before, { hash: permission.hash, permission: again }, now)).toBe("unchanged");
    expect(allowAutopay(before, { hash: "another", permission: again }, now)).toBe("agreement_changed");
    // A revoked permission is not in force, so the current text must be accepted.
    const stopped = signed({ autopay: false, permission });
    expect(allowAutopay(stopped, { hash: permission.hash, permission: again }, now)).toBe("agreement_changed");
  });

  test("is revoked once, and the event says by whom", () => {
    const stopped = stopAutopay(signed({ autopay: true, permission }), now);

    expect(stopped?.events).toMatchObject([{ name: "AutopayChanged", data: { autopay: false, reason: "client" } }]);
    expect(stopped && stopAutopay(stopped.booking, now)).toBeNull();
  });

  test("is renewed when another method is saved while it is on, and only then", () => {
    const renewed = { ...permission, id: "per_2" };

    expect(renewedPermission(signed({ autopay: true, permission }), renewed)).toEqual({ permission: renewed });
    expect(renewedPermission(signed({ autopay: false }), renewed)).toEqual({});
  });
});
