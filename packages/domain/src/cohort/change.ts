import { type Problem, type Program, priceProblem } from "../program/index.ts";
import type { Instant } from "../time/index.ts";
import { overOrCancelled } from "./capacity.ts";
import { type Cohort, isFree, mayBecome, mayChange, moveDates, opens, type Place } from "./cohort.ts";
import { datesProblems } from "./dates.ts";
import { takeTerms, termsProblem } from "./terms.ts";

/** The data that decisions on a cohort need. */
export type CohortFile = { cohort: Cohort; places: Place[]; program: Program };

/** The changes that an admin may make to a cohort; undefined fields stay. */
export type CohortEdit = {
  [Field in "status" | "startsOn" | "endsOn" | "timeZone" | "venue"]?: Cohort[Field] | undefined;
};

type Invalid = { ok: false; reason: "validation_failed"; errors: Problem[] };
type NotNow = { ok: false; reason: "invalid_transition"; detail: string };
type InUse = { ok: false; reason: "places_in_use"; detail: string };

export type EditedCohort = { ok: true; cohort: Cohort } | Invalid | NotNow | InUse;

const notNow = (detail: string): NotNow => ({ ok: false, reason: "invalid_transition", detail });

/**
 * Applies an admin's changes to a cohort. The cohort takes its program's terms when it first opens. Refuses new dates
 * if a place is claimed or taken (`places_in_use`), since the agreements would have to be signed again; a cohort that
 * is over or cancelled, a status that cannot follow, and opening while the program is not published
 * (`invalid_transition`); and dates or prices that do not fit (`validation_failed`).
 */
export function editCohort({ cohort, places, program }: CohortFile, edit: CohortEdit, now: Instant): EditedCohort {
  const { status = cohort.status, startsOn = cohort.startsOn, endsOn = cohort.endsOn } = edit;
  const { timeZone = cohort.timeZone, venue = cohort.venue } = edit;
  if (!mayChange(cohort, now)) return notNow(overOrCancelled);
  if (!mayBecome(cohort.status, status)) return notNow(`A cohort cannot change from ${cohort.status} to ${status}.`);
  const terms = cohort.terms ?? program;
  const { clearanceDeadlineDaysBefore } = terms.screening;
  const dated = moveDates({ ...cohort, status, venue }, { startsOn, endsOn, timeZone }, clearanceDeadlineDaysBefore);
  const moved = dated.datesVersion !== cohort.datesVersion;
  const opensFirst = status === "open" && cohort.terms === null;
  const next = opensFirst ? takeTerms(dated, program) : dated;
  const errors = [
    ...(moved || opensFirst ? datesProblems(next, terms, now) : []),
    ...(opensFirst ? openingProblems(next) : []),
  ];
  if (errors.length > 0) return { ok: false, reason: "validation_failed", errors };
  if (moved && places.some((place) => !isFree(place, now))) {
    const detail = "A cohort with held or booked places keeps its dates and time zone.";
    return { ok: false, reason: "places_in_use", detail };
  }
  if (opens(cohort, next) && program.status !== "published") {
    return notNow("The program of this cohort is not published. Publish it first.");
  }
  return { ok: true, cohort: next };
}

/** Checks prices when the cohort first opens: its own price may not fit the program's current deposit rule. */
function openingProblems({ terms }: Cohort): Problem[] {
  const message = terms && priceProblem(terms);
  return message === null ? [] : [{ path: "status", message }];
}

export type RenewedTerms =
  | { ok: true; cohort: Cohort }
  | Invalid
  | NotNow
  | { ok: false; reason: "program_changed"; detail: string };

/**
 * Moves the cohort to its program's current terms. `version` is the program version that the admin has read; another
 * one is refused (`program_changed`).
 */
export function renewTerms({ cohort, program }: CohortFile, version: number, now: Instant): RenewedTerms {
  if (cohort.terms === null || !mayChange(cohort, now)) {
    return notNow("This cohort has no terms yet, or it is over or canceled.");
  }
  if (program.version !== version) {
    const detail = `The program is now at version ${program.version}. Read the cohort's terms again and send the new \`program.version\`.`;
    return { ok: false, reason: "program_changed", detail };
  }
  const next = takeTerms(cohort, program);
  const message = termsProblem(next, now);
  if (message !== null) return { ok: false, reason: "validation_failed", errors: [{ path: "version", message }] };
  return { ok: true, cohort: next };
}
