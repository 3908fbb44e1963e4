import { chargeProblem } from "../money/index.ts";
import { depositProblem, type Problem, type Program } from "../program/index.ts";
import type { Instant } from "../time/index.ts";
import { type Cohort, clearanceDeadline, mostPlaces, newPlace, type Place } from "./cohort.ts";
import { datesProblems } from "./dates.ts";

/** The cohort as an admin plans it. A place type without a price has its program's price. */
export type CohortPlan = Pick<Cohort, "startsOn" | "endsOn" | "timeZone" | "venue"> & {
  places: { type: string; count: number; price?: number | undefined }[];
};

export type PlannedCohort =
  | { ok: true; cohort: Cohort; places: Place[] }
  | { ok: false; reason: "validation_failed"; errors: Problem[] };

/**
 * The draft of a program's cohort with all its places. `placeIds`: one for each place. Refuses invalid place types,
 * prices and dates, and more than 60 places (`validation_failed`, with the path of each field).
 */
export function planCohort(
  program: Program,
  plan: CohortPlan,
  { id, placeIds }: { id: string; placeIds: readonly string[] },
  now: Instant,
): PlannedCohort {
  const cohort = draftOf(program, plan, id);
  const wrongPlaces = placeProblems(program, plan.places);
  const errors = wrongPlaces.length > 0 ? wrongPlaces : datesProblems(cohort, program, now);
  if (errors.length > 0) return { ok: false, reason: "validation_failed", errors };
  const types = plan.places.flatMap(({ type, count }) => Array.from({ length: count }, () => type));
  const places = types.flatMap((type, index) => {
    const placeId = placeIds[index];
    return placeId === undefined ? [] : [newPlace(cohort, { id: placeId, type })];
  });
  if (places.length !== types.length)
    throw new Error(`${id}: ${types.length} places need as many ids, not ${placeIds.length}`);
  return { ok: true, cohort, places };
}

/** How many places a plan has. */
export const placesPlanned = ({ places }: CohortPlan): number => places.reduce((sum, { count }) => sum + count, 0);

function draftOf(program: Program, { startsOn, endsOn, timeZone, venue, places }: CohortPlan, id: string): Cohort {
  const priceOf = (type: string) => program.placeTypes.find((one) => one.type === type)?.price ?? 0;
  return {
    id,
    version: 1,
    auditHash: "",
    programId: program.id,
    status: "draft",
    startsOn,
    endsOn,
    timeZone,
    venue,
    datesVersion: 1,
    places: places.map(({ type, count, price }) => ({
      type,
      price: price ?? priceOf(type),
      ownPrice: price !== undefined,
      capacity: count,
    })),
    terms: null,
    ...clearanceDeadline({ startsOn, timeZone }, program.screening.clearanceDeadlineDaysBefore),
    dueAt: null,
  };
}

function placeProblems(program: Program, places: CohortPlan["places"]): Problem[] {
  const types = places.map(({ type }) => type);
  const total = places.reduce((sum, { count }) => sum + count, 0);
  return [
    ...types.flatMap((type, index) => typeProblem(program, types, type, index)),
    ...places.flatMap(({ price }, index) => (price === undefined ? [] : ownPriceProblem(program, price, index))),
    ...(total > mostPlaces ? [tooManyPlaces("places")] : []),
  ];
}

/** The problem of a cohort with too many places; `path` is the field that adds them. */
export const tooManyPlaces = (path: string): Problem => ({
  path,
  message: `Must not give the cohort more than ${mostPlaces} places`,
});

function typeProblem({ placeTypes }: Program, types: string[], type: string, index: number): Problem[] {
  const path = `places.${index}.type`;
  if (!placeTypes.some((one) => one.type === type)) return [{ path, message: "Must be a place type of the program" }];
  return types.indexOf(type) === index ? [] : [{ path, message: "Must not be listed twice" }];
}

function ownPriceProblem({ currency, deposit }: Program, price: number, index: number): Problem[] {
  const message = chargeProblem(price, currency) ?? depositProblem(deposit, price, currency);
  return message === null ? [] : [{ path: `places.${index}.price`, message }];
}
