import type { CivilDay } from "./civil-day.ts";
import { isOnlySolution, solveUnitPeriodRate, type TimedFlow } from "./general-equation.ts";
import { type Flow, flowsOf, mostYears, type Stream, type StreamProblem, streamProblem } from "./stream.ts";
import { type UnitPeriod, unitPeriodsBetween } from "./time-between.ts";
import {
  commonUnitPeriod,
  type Period,
  unitPeriodName,
  unitPeriodNamed,
  unitPeriodOfTerm,
  unitPeriodsPerYear,
} from "./unit-period.ts";

/**
 * The advances and payments of closed-end credit. `unitPeriod` names the unit-period to use instead of the derived one.
 */
export type CreditStreams = {
  advances: readonly Stream[];
  payments: readonly Stream[];
  unitPeriod?: string | undefined;
};

/** `apr` in percent a year with six decimals, amounts in minor units, `unitPeriod` by name. */
export type AnnualPercentageRate = {
  apr: string;
  financeCharge: number;
  amountFinanced: number;
  totalOfPayments: number;
  unitPeriod: string;
  unitPeriodsPerYear: number;
};

export type AprRefusal =
  | ({ ok: false; reason: "validation_failed" } & StreamProblem)
  | { ok: false; reason: "no_apr"; detail: string };

/**
 * The annual percentage rate of closed-end credit by the actuarial method of Appendix J to 12 CFR part 1026. Refuses
 * invalid streams (`validation_failed`, with the field's path), and streams that no rate solves or more than one might
 * (`no_apr`).
 */
export function annualPercentageRate(credit: CreditStreams): { ok: true; figures: AnnualPercentageRate } | AprRefusal {
  const problem = streamProblem("advances", credit.advances) ?? streamProblem("payments", credit.payments);
  if (problem !== null) return { ok: false, reason: "validation_failed", ...problem };
  const named = credit.unitPeriod === undefined ? null : unitPeriodNamed(credit.unitPeriod);
  if (named === undefined) {
    const detail = "Must be a unit-period of at most a year, such as month, 5_weeks or 90_days";
    return { ok: false, reason: "validation_failed", path: "unitPeriod", detail };
  }
  const advances = flowsOf(credit.advances);
  const payments = flowsOf(credit.payments);
  const outOfTerm = termProblem(advances, payments);
  if (outOfTerm !== null) return { ok: false, reason: "validation_failed", ...outOfTerm };

  const amountFinanced = sumOf(advances);
  const totalOfPayments = sumOf(payments);
  if (totalOfPayments < amountFinanced) return noApr("The payments add up to less than the advances.");
  const periods = periodsOf(advances, payments);
  const [first] = periods;
  if (first === undefined) return noApr("All advances and payments are on one date.");
  const unitPeriod = named ?? unitPeriodOf(periods);
  const timed = ({ day, amount }: Flow): TimedFlow => ({ ...unitPeriodsBetween(first.from, day, unitPeriod), amount });
  const [timedAdvances, timedPayments] = [advances.map(timed), payments.map(timed)];
  const rate = solveUnitPeriodRate(timedAdvances, timedPayments);
  if (rate === null) return noApr("No rate makes the present value of the payments equal to that of the advances.");
  if (!isOnlySolution(rate, timedAdvances, timedPayments)) {
    return noApr("Some payments come before the advances that they repay, so more than one rate may fit.");
  }
  const perYear = unitPeriodsPerYear(unitPeriod);
  const figures = {
    apr: (rate * perYear * 100).toFixed(6),
    financeCharge: totalOfPayments - amountFinanced,
    amountFinanced,
    totalOfPayments,
    unitPeriod: unitPeriodName(unitPeriod),
    unitPeriodsPerYear: perYear,
  };
  return { ok: true, figures };
}

const noApr = (detail: string): AprRefusal => ({ ok: false, reason: "no_apr", detail });

const sumOf = (flows: readonly Flow[]): number => flows.reduce((sum, { amount }) => sum + amount, 0);

/** Refuses a first payment before the first advance, and a term that is too long. */
function termProblem(advances: readonly Flow[], payments: readonly Flow[]): StreamProblem | null {
  const begins = advances[0]?.day.month ?? 0;
  const first = payments[0]?.day.serial ?? 0;
  if (first < (advances[0]?.day.serial ?? 0)) {
    return { path: "payments.0.date", detail: "Must not be before the first advance" };
  }
  for (const [path, flows] of [
    ["advances", advances],
    ["payments", payments],
  ] as const) {
    const last = flows.at(-1)?.day.month ?? 0;
    if (last - begins > 12 * mostYears)
      return { path, detail: `Must be within ${mostYears} years of the first advance` };
  }
  return null;
}

/** The periods between advances, between payments, and from the first advance to the first payment after it. */
function periodsOf(advances: readonly Flow[], payments: readonly Flow[]): Period[] {
  const begins: CivilDay | undefined = advances[0]?.day;
  if (begins === undefined) return [];
  return [advances, payments].flatMap((flows) => {
    const periods: Period[] = [];
    let from = begins;
    for (const { day: to } of flows) {
      if (to.serial > from.serial) periods.push({ from, to });
      from = to;
    }
    return periods;
  });
}

function unitPeriodOf(periods: readonly Period[]): UnitPeriod {
  const [only, ...others] = periods;
  return only !== undefined && others.length === 0 ? unitPeriodOfTerm(only) : commonUnitPeriod(periods);
}
