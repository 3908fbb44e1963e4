import { describe, expect, test } from "vitest";
import { cohort, place, program, today } from "../testing/retreat.ts";
import { type CohortEdit, type CohortFile, editCohort, renewTerms } from "./index.ts";

const draft = cohort({ status: "draft", terms: null });
const file = (changes: Partial<CohortFile> = {}): CohortFile => ({
  cohort: cohort(),
  places: [place()],
  program: program(),
  ...changes,
});
const edited = (edit: CohortEdit, found: Partial<CohortFile> = {}) => editCohort(file(found), edit, today);
const laterDates = { startsOn: "2027-04-05", endsOn: "2027-04-11" };

describe("an edit of a cohort", () => {
  test("that opens it for the first time copies its program's terms", () => {
    expect(edited({ status: "open" }, { cohort: draft })).toMatchObject({
      ok: true,
      cohort: { status: "open", terms: { version: 1 } },
    });
  });

  test("that opens it again keeps its terms", () => {
    const closed = cohort({ status: "closed" });
    const result = edited({ status: "open" }, { cohort: closed, program: program({ version: 7 }) });

    expect(result).toMatchObject({ ok: true, cohort: { status: "open", terms: { version: 1 } } });
  });

  test.each(["draft", "retired"] as const)("does not open it while its program is %s", (status) => {
    expect(edited({ status: "open" }, { cohort: draft, program: program({ status }) })).toEqual({
      ok: false,
      reason: "invalid_transition",
      detail: "The program of this cohort is not published. Publish it first.",
    });
  });

  test("that opens it refuses dates whose sale is over", () => {
    const past = cohort({ status: "draft", terms: null, startsOn: "2027-01-17", endsOn: "2027-01-23" });

    expect(edited({ status: "open" }, { cohort: past })).toMatchObject({ errors: [{ path: "startsOn" }] });
    expect(edited({ venue: "Barn" }, { cohort: past })).toMatchObject({ ok: true });
  });

  test("that opens it refuses a price that does not fit its program's deposit", () => {
    const [first, ...others] = draft.places;
    if (first === undefined) throw new Error("the cohort has no place types");
    const cheap = { ...draft, places: [{ ...first, price: 250_000, ownPrice: true }, ...others] };

    expect(edited({ status: "open" }, { cohort: cheap })).toMatchObject({ errors: [{ path: "status" }] });
  });

  test("moves it to other dates, with a higher version of its dates", () => {
    expect(edited(laterDates)).toMatchObject({ ok: true, cohort: { ...laterDates, datesVersion: 2 } });
  });

  test("is refused for the dates while a place is in use", () => {
    const places = [place(), place({ takenBy: "bkg_1" })];

    expect(edited(laterDates, { places })).toEqual({
      ok: false,
      reason: "places_in_use",
      detail: "A cohort with held or booked places keeps its dates and time zone.",
    });
    expect(edited({ venue: "Barn" }, { places })).toMatchObject({ ok: true, cohort: { venue: "Barn" } });
  });

  test("to another length is refused", () => {
    expect(edited({ endsOn: "2027-03-15" })).toMatchObject({
      reason: "validation_failed",
      errors: [{ path: "endsOn" }],
    });
  });

  test.each([
    ["that has ended", { status: "completed" }, {}, "This cohort is over or canceled."],
    ["back to a draft", { status: "open" }, { status: "draft" }, "A cohort cannot change from open to draft."],
  ] as const)("%s is no transition", (_, now, edit, detail) => {
    expect(edited(edit, { cohort: cohort(now) })).toEqual({ ok: false, reason: "invalid_transition", detail });
  });
});

describe("a change to the program's current terms", () => {
  const renewed = (version: number, found: Partial<CohortFile> = {}) =>
    renewTerms(file({ program: program({ version: 2 }), ...found }), version, today);

  test("takes the program version that was read", () => {
    expect(renewed(2)).toMatchObject({ ok: true, cohort: { terms: { version: 2 } } });
  });

  test("is refused for another version", () => {
    expect(renewed(1)).toMatchObject({
      ok: false,
      reason: "program_changed",
      detail: expect.stringContaining("version 2"),
    });
  });

  test("is for cohorts that have been opened and are not over", () => {
    const refused = {
      ok: false,
      reason: "invalid_transition",
      detail: "This cohort has no terms yet, or it is over or canceled.",
    };
    expect(renewed(2, { cohort: draft })).toEqual(refused);
    expect(renewed(2, { cohort: cohort({ status: "completed" }) })).toEqual(refused);
  });

  test("refuses terms whose sale is over", () => {
    const screening = { ...program().screening, clearanceDeadlineDaysBefore: 90 };

    expect(renewed(2, { program: program({ version: 2, screening }) })).toMatchObject({
      reason: "validation_failed",
      errors: [{ path: "version" }],
    });
  });
});
