import diff from "microdiff";
import { chargeProblem } from "../money/index.ts";
import { depositProblem, type Program, type ProgramContent } from "./program.ts";

/** What a program sells on: everything that a quote is made of. Amounts in minor units of `currency`. */
export type ProgramTerms = Pick<
  ProgramContent,
  | "publicLabel"
  | "days"
  | "currency"
  | "placeTypes"
  | "deposit"
  | "taxes"
  | "plans"
  | "lateCharge"
  | "nonPayment"
  | "collection"
  | "returnGraceDays"
  | "financingHours"
  | "cancellation"
  | "screening"
  | "holdMinutes"
  | "addOns"
>;

export function programTerms(program: Program): ProgramTerms {
  const { publicLabel, days, currency, placeTypes, deposit, taxes, plans, lateCharge, nonPayment } = program;
  const { collection, returnGraceDays, financingHours } = program;
  const { cancellation, screening, holdMinutes, addOns } = program;
  return {
    publicLabel,
    days,
    currency,
    placeTypes,
    deposit,
    taxes,
    plans,
    lateCharge,
    nonPayment,
    collection,
    returnGraceDays,
    financingHours,
    cancellation,
    screening,
    holdMinutes,
    addOns,
  };
}

/** Why nothing could be sold at one of the prices; null when each can be charged as a deposit and a rest. */
export function priceProblem({ placeTypes, deposit, currency }: ProgramTerms): string | null {
  for (const { type, price } of placeTypes) {
    const problem = chargeProblem(price, currency) ?? depositProblem(deposit, price, currency);
    if (problem !== null) return `On ${type}: ${problem}`;
  }
  return null;
}

/** One value that differs: its path, as `deposit.amount` or `plans.0.kind`; null where one side has no such value. */
export type TermsDifference = { path: string; from: unknown; to: unknown };

export const termsDifferences = (from: ProgramTerms, to: ProgramTerms): TermsDifference[] =>
  diff(from, to).map((one) => ({
    path: one.path.join("."),
    from: one.type === "CREATE" ? null : one.oldValue,
    to: one.type === "REMOVE" ? null : one.value,
  }));
