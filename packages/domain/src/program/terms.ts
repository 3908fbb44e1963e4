import diff from "microdiff";
import { chargeProblem } from "../money/index.ts";
import { depositProblem, type Program, type ProgramContent } from "./program.ts";

/** The terms on which a program is sold: the inputs of a quote. Amounts in minor units of `currency`. */
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

/** Why one of the prices cannot be sold; null if each can be paid as a deposit and one charge for the rest. */
export function priceProblem({ placeTypes, deposit, currency }: ProgramTerms): string | null {
  for (const { type, price } of placeTypes) {
    const problem = chargeProblem(price, currency) ?? depositProblem(deposit, price, currency);
    if (problem !== null) return `For ${type}: ${problem}`;
  }
  return null;
}

/**
 * One difference: its path, such as `deposit.amount` or `plans.0.kind`; `from` or `to` is null if that side lacks it.
 */
export type TermsDifference = { path: string; from: unknown; to: unknown };

export const termsDifferences = (from: ProgramTerms, to: ProgramTerms): TermsDifference[] =>
  diff(from, to).map((one) => ({
    path: one.path.join("."),
    from: one.type === "CREATE" ? null : one.oldValue,
    to: one.type === "REMOVE" ? null : one.value,
  }));
