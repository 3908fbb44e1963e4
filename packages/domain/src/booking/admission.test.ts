import { describe, expect, test } from "vitest";
import type { Clearance, Finding } from "../screening/index.ts";
import { Life } from "../testing/life.ts";
import { held } from "../testing/retreat.ts";
import { admissionRole, recordAdmission } from "./index.ts";

const arrival = "2027-03-08T17:00:00Z";
const confirmed = () => new Life(held()).sign().pay("deposit").confirm().at(arrival).booking;
const finding = (by: string): Finding => ({
  outcome: "cleared",
  validUntil: "2027-03-14",
  at: arrival,
  evaluationId: `evl_${by}`,
  by,
});
const cleared: Clearance = {
  bookingId: "bkg_1",
  version: 2,
  medical: finding("dr-medical"),
  psychiatric: finding("dr-psychiatric"),
  oneClinicianMaySignBoth: false,
  revokedAt: null,
  lapsedAt: null,
  dueAt: null,
  auditHash: "",
};
const by = { by: "sub_staff", refundId: "ref_1" };

describe("an admission", () => {
  test("is recorded by an admin, but only a clinician turns a participant away", () => {
    expect(admissionRole("turned_away")).toBe("clinician");
    expect(admissionRole("admitted")).toBe("admin");
    expect(admissionRole("no_show")).toBe("admin");
  });

  test("admits a participant whose clearance holds", () => {
    const decision = recordAdmission(confirmed(), cleared, { outcome: "admitted", ...by }, arrival);

    expect(decision).toMatchObject({
      ok: true,
      ends: null,
      booking: { status: "confirmed", admission: { outcome: "admitted", at: arrival, by: "sub_staff" } },
      events: [{ name: "ParticipantAdmitted", data: { outcome: "admitted" } }],
    });
  });

  test.each([
    ["is missing", null],
    ["was withdrawn", { ...cleared, medical: null }],
    ["ends before the last day", { ...cleared, medical: { ...finding("dr-medical"), validUntil: "2027-03-13" } }],
  ])("admits nobody whose clearance %s", (_what, clearance) => {
    expect(recordAdmission(confirmed(), clearance, { outcome: "admitted", ...by }, arrival)).toEqual({
      ok: false,
      reason: "clearance_required",
    });
  });

  test.each([
    ["no_show", "cancelled", null],
    ["turned_away", "declined", 250_000],
  ] as const)("%s ends the booking, whatever its clearance says", (outcome, status, owed) => {
    const decision = recordAdmission(confirmed(), null, { outcome, ...by }, arrival);

    expect(decision).toMatchObject({
      ok: true,
      booking: { status, admission: { outcome, at: arrival, by: "sub_staff" }, ending: { by: outcome } },
      ends: { refund: owed === null ? null : { id: "ref_1", amount: owed, requestedBy: "sub_staff" } },
    });
  });

  test.each(["admitted", "no_show", "turned_away"] as const)(
    "as %s is recorded from the first day on, once",
    (outcome) => {
      const refused = { ok: false, reason: "invalid_transition" };
      const again = recordAdmission(confirmed(), cleared, { outcome, ...by }, arrival);

      expect(recordAdmission(confirmed(), cleared, { outcome, ...by }, "2027-03-08T06:59:59Z")).toEqual(refused);
      expect(recordAdmission(confirmed(), cleared, { outcome, ...by }, "2027-03-08T07:00:00Z").ok).toBe(true);
      expect(again.ok && recordAdmission(again.booking, cleared, { outcome, ...by }, arrival)).toEqual(refused);
    },
  );
});
