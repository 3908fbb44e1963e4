import { type Program, priceProblem, programTerms } from "../program/index.ts";
import type { Instant } from "../time/index.ts";
import { type Cohort, type CohortTerms, clearanceDeadline } from "./cohort.ts";

/**
 * The terms that a cohort would take from its program now. Its own prices win, and a place type that the program lacks
 * keeps its price.
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
 * Moves the cohort to its program's current terms, with their prices and clearance deadline. Its dates stay, so earlier
 * quotes remain valid.
 */
export function takeTerms(cohort: Cohort, program: Program): Cohort {
  const terms = termsFor(cohort, program);
  const places = cohort.places.map((place) => ({
    ...place,
    price: terms.placeTypes.find(({ type }) => type === place.type)?.price ?? place.price,
  }));
  return { ...cohort, terms, places, ...clearanceDeadline(cohort, terms.screening.clearanceDeadlineDaysBefore) };
}

/** Why a cohort with these terms could sell no place; null if it can. */
export function termsProblem({ terms, salesEndAt }: Cohort, now: Instant): string | null {
  if (salesEndAt <= now) return "The clearance deadline has already passed, so no place can be sold";
  return terms === null ? null : priceProblem(terms);
}
