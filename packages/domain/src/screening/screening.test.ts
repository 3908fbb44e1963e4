import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { plusHours } from "../time/index.ts";
import {
  afterEvaluation,
  afterWithdrawal,
  type Clearance,
  clearanceSummary,
  confirms,
  declinesAt,
  type EvaluationKind,
  type EvaluationOutcome,
  evaluationKinds,
  evaluationOutcomes,
  lapsesAt,
  missing,
  signedTheOther,
} from "./index.ts";

const terms = { timeZone: "America/Denver", declineAfterHours: 24 };
const monday = "2027-01-04T17:00:00Z";
const tuesday = "2027-01-05T17:00:00Z";
const today = "2027-01-05";
const lastDay = "2027-03-14";
const participant = "participant";

type Said = [kind: EvaluationKind, outcome: EvaluationOutcome, validUntil?: string | undefined, at?: string];
const signed = (by: string, oneMaySignBoth = false) =>
  function evaluate(before: Clearance | null, [kind, outcome, validUntil = "2027-04-01", at = monday]: Said) {
    return afterEvaluation(before, "bkg_1", { id: `evl_${kind}`, kind, outcome, validUntil, by, at }, oneMaySignBoth);
  };
/** Two clinicians sign, one for each kind. */
const evaluate = (before: Clearance | null, said: Said) => signed(`dr-${said[0]}`)(before, said);
const after = (...said: Said[]): Clearance | null => said.reduce<Clearance | null>(evaluate, null);
const status = (...said: Said[]) => clearanceSummary(after(...said), today).status;
const bothClear: Said[] = [
  ["medical", "cleared"],
  ["psychiatric", "cleared"],
];

describe("the clearance that a booking shows", () => {
  test("is pending until both kinds are evaluated", () => {
    expect(clearanceSummary(null, today)).toEqual({ status: "pending", validUntil: null });
    expect(status(["medical", "cleared"])).toBe("pending");
    expect(status(["medical", "cleared"], ["medical", "cleared"])).toBe("pending");
  });

  test("is cleared until the earlier of the two dates", () => {
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

  test("is the same for every history with the same latest evaluation of each kind", () => {
    const said = fc.array(fc.tuple(fc.constantFrom(...evaluationKinds), fc.constantFrom(...evaluationOutcomes)));
    fc.assert(
      fc.property(said, (history) => {
        const last = evaluationKinds.flatMap((kind) => history.filter(([of]) => of === kind).slice(-1));
        expect(clearanceSummary(after(...history), today)).toEqual(clearanceSummary(after(...last), today));
      }),
    );
  });

  test("that is too short stays cleared, but does not reach the last day", () => {
    const clearance = after(["medical", "cleared", "2027-03-13"], ["psychiatric", "cleared", "2027-04-01"]);

    expect(clearanceSummary(clearance, today).status).toBe("cleared");
    expect(confirms(clearance, { lastDay, participant })).toBe(false);
    expect(confirms(after(["medical", "cleared", lastDay], ["psychiatric", "cleared"]), { lastDay, participant })).toBe(
      true,
    );
  });

  test("never gives a reason: a summary has a status and a date, nothing else (I8)", () => {
    const said = fc.array(fc.tuple(fc.constantFrom(...evaluationKinds), fc.constantFrom(...evaluationOutcomes)));
    fc.assert(
      fc.property(said, (history) => {
        expect(Object.keys(clearanceSummary(after(...history), today)).sort()).toEqual(["status", "validUntil"]);
      }),
    );
  });
});

describe("a withdrawal", () => {
  const withdrawn = afterWithdrawal(after(...bothClear) as Clearance, tuesday);

  test("clears both findings and is shown", () => {
    expect(withdrawn).toMatchObject({ medical: null, psychiatric: null, revokedAt: tuesday });
    expect(clearanceSummary(withdrawn, today)).toEqual({ status: "withdrawn", validUntil: null });
  });

  test("stands until both kinds were evaluated again", () => {
    const half = evaluate(withdrawn, ["medical", "cleared"]);
    const whole = evaluate(half, ["psychiatric", "cleared"]);

    expect(clearanceSummary(half, today).status).toBe("withdrawn");
    expect(clearanceSummary(whole, today).status).toBe("cleared");
    expect(whole.revokedAt).toBeNull();
  });

  test("withdraws what clears, but keeps a colleague's not_cleared with its clock", () => {
    const before = after(["medical", "cleared"], ["psychiatric", "not_cleared"]) as Clearance;
    const taken = afterWithdrawal(before, tuesday);

    expect(taken).toMatchObject({ medical: null, psychiatric: before.psychiatric });
    expect(declinesAt(taken, terms)).toBe(plusHours(monday, 24));
    expect(clearanceSummary(taken, today).status).toBe("not_cleared");
  });

  test("is replaced by a not_cleared at once", () => {
    expect(clearanceSummary(evaluate(withdrawn, ["medical", "not_cleared"]), today).status).toBe("not_cleared");
  });
});

describe("the decline clock", () => {
  test("starts with the not_cleared and runs the program's hours", () => {
    const clearance = after(["medical", "not_cleared"]);

    expect(declinesAt(clearance, terms)).toBe(plusHours(monday, 24));
    expect(declinesAt(clearance, { ...terms, declineAfterHours: 0 })).toBe(monday);
  });

  test("does not restart when the same kind is not_cleared again", () => {
    const twice = after(["medical", "not_cleared"], ["medical", "not_cleared", undefined, tuesday]);

    expect(declinesAt(twice, terms)).toBe(plusHours(monday, 24));
  });

  test("runs from the first of two kinds", () => {
    for (const [first, second] of [evaluationKinds, evaluationKinds.toReversed()] as const) {
      const both = after([first, "not_cleared", undefined, tuesday], [second, "not_cleared"]);

      expect(declinesAt(both, terms)).toBe(plusHours(monday, 24));
    }
  });

  test("stops when the error is corrected, and restarts with another not_cleared", () => {
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

describe("the end of a clearance's validity", () => {
  const ends = (...said: Said[]) => lapsesAt(after(...said) as Clearance, terms);

  test("is the end of its last day in the cohort's zone, daylight saving or not", () => {
    expect(ends(["medical", "cleared", "2027-03-13"], ["psychiatric", "cleared"])).toBe("2027-03-14T07:00:00Z");
    expect(ends(["medical", "cleared", "2027-03-14"], ["psychiatric", "cleared"])).toBe("2027-03-15T06:00:00Z");
  });

  test("is null while a kind does not clear", () => {
    expect(ends(["medical", "cleared"])).toBeNull();
    expect(ends(...bothClear, ["medical", "not_cleared"])).toBeNull();
  });
});

describe.each(evaluationKinds)("a %s finding that clears without a last valid day", (kind) => {
  const whole = after(...bothClear) as Clearance;
  const endless: Clearance = { ...whole, [kind]: { ...whole[kind], validUntil: null } };

  test("clears nobody, and its validity is missing", () => {
    expect(clearanceSummary(endless, today)).toEqual({ status: "pending", validUntil: null });
    expect(confirms(endless, { lastDay, participant })).toBe(false);
    expect(lapsesAt(endless, terms)).toBeNull();
    expect(missing(endless, lastDay)).toEqual(["validity"]);
  });
});

describe("two people must sign", () => {
  test("the signer of the current evaluation of one kind may not sign the other", () => {
    const clearance = after(["medical", "cleared"]);

    expect(signedTheOther(clearance, "psychiatric", "dr-medical")).toBe(true);
    expect(signedTheOther(clearance, "medical", "dr-medical")).toBe(false);
    expect(signedTheOther(after(["psychiatric", "cleared"]), "medical", "dr-psychiatric")).toBe(true);
    expect(signedTheOther(signed("dr-second")(clearance, ["medical", "cleared"]), "psychiatric", "dr-medical")).toBe(
      false,
    );
  });

  test("a clearance names the evaluation that counts and who signed it", () => {
    expect(after(...bothClear)).toMatchObject({
      medical: { evaluationId: "evl_medical", by: "dr-medical" },
      psychiatric: { evaluationId: "evl_psychiatric", by: "dr-psychiatric" },
    });
  });

  test("one person confirms nobody alone, unless the operator lets one clinician sign both", () => {
    const byOne = (oneMaySignBoth: boolean) => bothClear.reduce<Clearance | null>(signed("dr", oneMaySignBoth), null);

    expect(confirms(byOne(false), { lastDay, participant })).toBe(false);
    expect(confirms(byOne(true), { lastDay, participant })).toBe(true);
  });

  test.each(evaluationKinds)("nobody confirms themselves: the participant signed the %s evaluation", (kind) => {
    const clearance = signed(participant)(after(...bothClear), [kind, "cleared"]);

    expect(confirms(clearance, { lastDay, participant })).toBe(false);
  });
});

describe("what is missing for a cohort", () => {
  test.each<[string, Said[], string[]]>([
    ["nothing was evaluated", [], ["medical", "psychiatric"]],
    ["one kind is cleared", [["medical", "cleared"]], ["psychiatric"]],
    ["both are cleared through the last day", bothClear, []],
    ["one ends the day before the last", [["medical", "cleared", "2027-03-13"], bothClear[1] as Said], ["validity"]],
    [
      "the only evaluation ends before the last day",
      [["medical", "cleared", "2027-03-13"]],
      ["psychiatric", "validity"],
    ],
    ["one needs information", [["medical", "needs_information"], bothClear[1] as Said], ["medical"]],
    ["one is not cleared", [...bothClear, ["psychiatric", "not_cleared"]], ["psychiatric"]],
  ])("when %s", (_when, said, lacking) => {
    expect(missing(after(...said), lastDay)).toEqual(lacking);
  });

  test("is both kinds after a withdrawal", () => {
    expect(missing(afterWithdrawal(after(...bothClear) as Clearance, tuesday), lastDay)).toEqual([
      "medical",
      "psychiatric",
    ]);
  });

  test("is nothing exactly when the clearance confirms, for any findings by two people", () => {
    const said = fc.array(
      fc.tuple(
        fc.constantFrom(...evaluationKinds),
        fc.constantFrom(...evaluationOutcomes),
        fc.constantFrom("2027-03-13", lastDay, "2027-04-01"),
      ),
    );
    fc.assert(
      fc.property(said, (history) => {
        const clearance = after(...history);
        expect(missing(clearance, lastDay).length === 0).toBe(confirms(clearance, { lastDay, participant }));
      }),
    );
  });
});
