import { type Program, priceProblem, programTerms } from "../program/index.ts";
import type { Instant } from "../time/index.ts";
import { type Cohort, type CohortTerms, clearanceDeadline } from "./cohort.ts";

/**
 * The terms that a cohort would take from its program now. The cohort's own prices win, and it keeps the price of a place
 * type that the program lacks.
 */
export function termsFor({ places }: Cohort, program: Program): CohortTerms {
  const priceOf = (type: string) => program.placeTypes.find((one) => one.type === type)?.price;
  const placeTypes = places.map(({ type, price, ownPrice }) => ({
    type,
    price: ownPrice ? price : (priceOf(type) ?? price),
  }));
  return { ...programTerms(program), placeTypes, version: program.version };
}

/**
 * The cohort on its program's present terms, its prices and its clearance deadline with them. Its dates stay, and with
 * them every quote that was made before.
 */
export function takeTerms(cohort: Cohort, program: Program): Cohort {
  const terms = termsFor(cohort, program);
  const places = cohort.places.map((place) => ({
    ...place,
    price: terms.placeTypes.find(({ type }) => type === place.type)?.price ?? place.price,
  }));
  return { ...cohort, terms, places, ...clearanceDeadline(cohort, terms.screening.clearanceDeadlineDaysBefore) };
}

/** Why a cohort that is on these terms could sell nothing; null when it can. */
export function termsProblem({ terms, salesEndAt }: Cohort, now: Instant): string | null {
  if (salesEndAt <= now) return "The clearance deadline has already passed, so no place can be sold";
  return terms === null ? null : priceProblem(terms);
}
