import { type Problem, type Program, priceProblem } from "../program/index.ts";
import type { Instant } from "../time/index.ts";
import { type Cohort, isFree, mayBecome, mayChange, moveDates, opens, type Place } from "./cohort.ts";
import { datesProblems } from "./dates.ts";
import { takeTerms, termsProblem } from "./terms.ts";

/** What a decision on a cohort is made on. */
export type CohortFacts = { cohort: Cohort; places: Place[]; program: Program };

/** What an admin may change of a cohort; what is undefined stays. */
export type CohortEdit = {
  [Field in "status" | "startsOn" | "endsOn" | "timeZone" | "venue"]?: Cohort[Field] | undefined;
};

type Invalid = { ok: false; reason: "validation_failed"; errors: Problem[] };
type NotNow = { ok: false; reason: "invalid_transition"; detail?: string };

export type EditedCohort = { ok: true; cohort: Cohort } | Invalid | NotNow | { ok: false; reason: "places_in_use" };

/**
 * The cohort as an admin changes it. It takes its program's terms when it opens for the first time. A cohort with a
 * booking keeps its dates (`places_in_use`): the agreements of its bookings would have to be signed again.
 */
export function editCohort({ cohort, places, program }: CohortFacts, edit: CohortEdit, now: Instant): EditedCohort {
  const { status = cohort.status, startsOn = cohort.startsOn, endsOn = cohort.endsOn } = edit;
  const { timeZone = cohort.timeZone, venue = cohort.venue } = edit;
  if (!mayChange(cohort, now) || !mayBecome(cohort.status, status)) return { ok: false, reason: "invalid_transition" };
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
  if (moved && places.some((place) => !isFree(place, now))) return { ok: false, reason: "places_in_use" };
  if (opens(cohort, next) && program.status !== "published") {
    return {
      ok: false,
      reason: "invalid_transition",
      detail: "The program of this cohort is not published. Publish it first.",
    };
  }
  return { ok: true, cohort: next };
}

/** What opens sells: a cohort's own price may not fit the deposit that its program asks for by now. */
function openingProblems({ terms }: Cohort): Problem[] {
  const message = terms && priceProblem(terms);
  return message === null ? [] : [{ path: "status", message }];
}

export type RenewedTerms =
  | { ok: true; cohort: Cohort }
  | Invalid
  | NotNow
  | { ok: false; reason: "conflict"; detail: string };

/** The cohort on its program's present terms, which the admin has read at this `version`; another one is a conflict. */
export function renewTerms({ cohort, program }: CohortFacts, version: number, now: Instant): RenewedTerms {
  if (cohort.terms === null || !mayChange(cohort, now)) return { ok: false, reason: "invalid_transition" };
  if (program.version !== version) {
    const detail = `The program is now at version ${program.version}. Read its terms again.`;
    return { ok: false, reason: "conflict", detail };
  }
  const next = takeTerms(cohort, program);
  const message = termsProblem(next, now);
  if (message !== null) return { ok: false, reason: "validation_failed", errors: [{ path: "version", message }] };
  return { ok: true, cohort: next };
}
