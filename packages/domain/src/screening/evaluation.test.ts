import { describe, expect, test } from "vitest";
import { type EvaluationRequest, evaluate, withdraw } from "./index.ts";

const now = "2027-01-04T17:00:00Z";
const request = (changes: Partial<EvaluationRequest> = {}): EvaluationRequest => ({
  id: "evl_1",
  kind: "medical",
  outcome: "cleared",
  by: "sub-1",
  signer: "key-1",
  ...changes,
});
const none = { bookingId: "bkg_1", timeZone: "America/Denver", validityDays: 90, clearance: null };
const first = evaluate(none, request(), false, now);
if (!first.ok) throw new Error("the first evaluation is refused");
const second = { ...none, clearance: first.clearance };

describe("an evaluation", () => {
  test("is valid as long as the program allows, unless the clinician sets an earlier date", () => {
    expect(first).toMatchObject({
      evaluation: { validUntil: "2027-04-04", note: null, by: "sub-1" },
      clearance: { medical: { validUntil: "2027-04-04", by: "key-1" } },
    });
    expect(evaluate(none, request({ validUntil: "2027-02-01" }), false, now)).toMatchObject({
      evaluation: { validUntil: "2027-02-01" },
    });
  });

  test.each([
    ["2027-01-03", false],
    ["2027-01-04", true],
    ["2027-04-04", true],
    ["2027-04-05", false],
  ])("valid until %s: %s", (validUntil, ok) => {
    expect(evaluate(none, request({ validUntil }), false, now)).toMatchObject(
      ok ? { ok } : { ok, reason: "validity_out_of_range", from: "2027-01-04", to: "2027-04-04" },
    );
  });

  test("that does not clear has no last valid day", () => {
    expect(evaluate(none, request({ outcome: "not_cleared", note: "Rest" }), false, now)).toMatchObject({
      evaluation: { validUntil: null, note: "Rest" },
      clearance: { medical: { outcome: "not_cleared", validUntil: null } },
    });
  });

  test("of the other kind must be signed by somebody else, unless the operator lets one sign both", () => {
    const psychiatric = request({ id: "evl_2", kind: "psychiatric" });

    expect(evaluate(second, psychiatric, false, now)).toEqual({ ok: false, reason: "signed_the_other" });
    expect(evaluate(second, psychiatric, true, now)).toMatchObject({ clearance: { oneClinicianMaySignBoth: true } });
    expect(evaluate(second, { ...psychiatric, signer: "key-2" }, false, now)).toMatchObject({ ok: true });
  });
});

describe("a withdrawal", () => {
  test("clears the findings", () => {
    expect(withdraw(first.clearance, { id: "evl_3", note: "Ill", by: "sub-2" }, now)).toMatchObject({
      ok: true,
      withdrawal: { id: "evl_3", bookingId: "bkg_1", note: "Ill", by: "sub-2", at: now },
      clearance: { medical: null, revokedAt: now },
    });
  });

  test("needs a clearance", () => {
    expect(withdraw(null, { id: "evl_3", note: "Ill", by: "sub-2" }, now)).toEqual({
      ok: false,
      reason: "invalid_transition",
    });
  });
});
