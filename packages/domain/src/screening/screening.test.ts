import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { plusHours } from "../time/index.ts";
import {
  afterDeadline,
  afterEvaluation,
  afterWithdrawal,
  type Clearance,
  clearanceSummary,
  clearedThrough,
  declinesAt,
  type EvaluationKind,
  type EvaluationOutcome,
  evaluationKinds,
  evaluationOutcomes,
} from "./index.ts";

const terms = { timeZone: "America/Denver", declineAfterHours: 24 };
const monday = "2027-01-04T17:00:00Z";
const tuesday = "2027-01-05T17:00:00Z";
const today = "2027-01-05";
const lastDay = "2027-03-14";

type Said = [kind: EvaluationKind, outcome: EvaluationOutcome, validUntil?: string | undefined, at?: string];
const evaluate = (before: Clearance | null, [kind, outcome, validUntil = "2027-04-01", at = monday]: Said) =>
  afterEvaluation(before, "bkg_1", { kind, outcome, validUntil, at }, terms);
const after = (...said: Said[]): Clearance | null => said.reduce<Clearance | null>(evaluate, null);
const status = (...said: Said[]) => clearanceSummary(after(...said), today).status;
const bothClear: Said[] = [
  ["medical", "cleared"],
  ["psychiatric", "cleared"],
];

describe("the clearance that a booking shows", () => {
  test("is pending until both kinds are there", () => {
    expect(clearanceSummary(null, today)).toEqual({ status: "pending", validUntil: null });
    expect(status(["medical", "cleared"])).toBe("pending");
    expect(status(["medical", "cleared"], ["medical", "cleared"])).toBe("pending");
  });

  test("is cleared until the earlier of the two ends", () => {
    const clearance = after(
      ["medical", "cleared", "2027-03-20"],
      ["psychiatric", "cleared_with_conditions", "2027-03-15"],
    );

    expect(clearanceSummary(clearance, today)).toEqual({ status: "cleared", validUntil: "2027-03-15" });
    expect(clearanceSummary(clearance, "2027-03-15").status).toBe("cleared");
    expect(clearanceSummary(clearance, "2027-03-16")).toEqual({ status: "lapsed", validUntil: "2027-03-15" });
  });

  test("counts the latest of each kind", () => {
    expect(status(...bothClear, ["medical", "not_cleared"])).toBe("not_cleared");
    expect(status(...bothClear, ["medical", "not_cleared"], ["medical", "cleared"])).toBe("cleared");
    expect(status(...bothClear, ["psychiatric", "needs_information"])).toBe("pending");
  });

  test("is the same for every history with the same last word of each kind", () => {
    const said = fc.array(fc.tuple(fc.constantFrom(...evaluationKinds), fc.constantFrom(...evaluationOutcomes)));
    fc.assert(
      fc.property(said, (history) => {
        const last = evaluationKinds.flatMap((kind) => history.filter(([of]) => of === kind).slice(-1));
        expect(clearanceSummary(after(...history), today)).toEqual(clearanceSummary(after(...last), today));
      }),
    );
  });

  test("that is too short stays cleared, and reaches no last day", () => {
    const clearance = after(["medical", "cleared", "2027-03-13"], ["psychiatric", "cleared", "2027-04-01"]);

    expect(clearanceSummary(clearance, today).status).toBe("cleared");
    expect(clearedThrough(clearance, lastDay)).toBe(false);
    expect(clearedThrough(after(["medical", "cleared", lastDay], ["psychiatric", "cleared"]), lastDay)).toBe(true);
  });

  test("never says why: a summary has a status and a date, nothing else (I8)", () => {
    const said = fc.array(fc.tuple(fc.constantFrom(...evaluationKinds), fc.constantFrom(...evaluationOutcomes)));
    fc.assert(
      fc.property(said, (history) => {
        expect(Object.keys(clearanceSummary(after(...history), today)).sort()).toEqual(["status", "validUntil"]);
      }),
    );
  });
});

describe("a withdrawal", () => {
  const withdrawn = afterWithdrawal(after(...bothClear) as Clearance, tuesday, terms);

  test("empties both findings and shows", () => {
    expect(withdrawn).toMatchObject({ medical: null, psychiatric: null, revokedAt: tuesday, dueAt: null });
    expect(clearanceSummary(withdrawn, today)).toEqual({ status: "withdrawn", validUntil: null });
  });

  test("stands until both kinds were evaluated anew", () => {
    const half = evaluate(withdrawn, ["medical", "cleared"]);
    const whole = evaluate(half, ["psychiatric", "cleared"]);

    expect(clearanceSummary(half, today).status).toBe("withdrawn");
    expect(clearanceSummary(whole, today).status).toBe("cleared");
    expect(whole.revokedAt).toBeNull();
  });

  test("takes back what clears, and leaves a colleague's not_cleared with its clock", () => {
    const before = after(["medical", "cleared"], ["psychiatric", "not_cleared"]) as Clearance;
    const taken = afterWithdrawal(before, tuesday, terms);

    expect(taken).toMatchObject({ medical: null, psychiatric: before.psychiatric, dueAt: plusHours(monday, 24) });
    expect(clearanceSummary(taken, today).status).toBe("not_cleared");
  });

  test("gives way to a not_cleared at once", () => {
    expect(clearanceSummary(evaluate(withdrawn, ["medical", "not_cleared"]), today).status).toBe("not_cleared");
  });
});

describe("the decline clock", () => {
  test("starts with the not_cleared and runs the program's hours", () => {
    const clearance = after(["medical", "not_cleared"]);

    expect(declinesAt(clearance, terms)).toBe(plusHours(monday, 24));
    expect(clearance?.dueAt).toBe(plusHours(monday, 24));
    expect(declinesAt(clearance, { ...terms, declineAfterHours: 0 })).toBe(monday);
  });

  test("is not started again when the same kind is said to be not_cleared twice", () => {
    const twice = after(["medical", "not_cleared"], ["medical", "not_cleared", undefined, tuesday]);

    expect(declinesAt(twice, terms)).toBe(plusHours(monday, 24));
  });

  test("runs from the first of two kinds", () => {
    const both = after(["psychiatric", "not_cleared", undefined, tuesday], ["medical", "not_cleared"]);

    expect(declinesAt(both, terms)).toBe(plusHours(monday, 24));
  });

  test("stops when the slip is corrected, and starts anew with another", () => {
    const corrected = after(["medical", "not_cleared"], ["medical", "needs_information"]);
    const again = evaluate(corrected, ["medical", "not_cleared", undefined, tuesday]);

    expect(declinesAt(corrected, terms)).toBeNull();
    expect(declinesAt(again, terms)).toBe(plusHours(tuesday, 24));
  });

  test("is not started by anything else", () => {
    expect(declinesAt(null, terms)).toBeNull();
    expect(declinesAt(after(...bothClear), terms)).toBeNull();
  });
});

describe("a clearance's next deadline", () => {
  test("is the end of its last day in the cohort's zone, daylight saving or not", () => {
    expect(after(["medical", "cleared", "2027-03-13"], ["psychiatric", "cleared"])?.dueAt).toBe("2027-03-14T07:00:00Z");
    expect(after(["medical", "cleared", "2027-03-14"], ["psychiatric", "cleared"])?.dueAt).toBe("2027-03-15T06:00:00Z");
  });

  test("is gone once it was acted upon, and each change counts a version", () => {
    const clearance = after(...bothClear) as Clearance;

    expect(afterDeadline(clearance)).toEqual({ ...clearance, dueAt: null });
    expect(clearance.version).toBe(2);
  });
});
