import { takeTerms } from "@clearing/domain/cohort";
import { defaultCreditRules } from "@clearing/domain/credit";
import { comparePlans } from "@clearing/domain/plan";
import { cohort, program } from "@clearing/domain/testing/retreat";
import type { Instant } from "@clearing/domain/time";
import { type Figure, median } from "./measure.ts";

const now: Instant = "2027-01-31T17:00:00Z";
const mostMs = 5;
const warmUps = 20;
const rounds = 200;

/** A cohort with every plan over the most months, a tax, and two place types. */
const sold = takeTerms(
  cohort({ startsOn: "2032-03-01" }),
  program({
    plans: [
      { kind: "full" },
      { kind: "deposit_and_balance", balanceDueDaysBefore: 30 },
      { kind: "installments", months: 59 },
      { kind: "financed", months: 59, annualRate: "9.9900" },
    ],
    taxes: [{ id: "state", label: "State tax", rate: "6.8750", appliesTo: ["place", "add_on"] }],
  }),
);

/** The processor time of quoting every plan of every place type once, in milliseconds. */
function quoteAll(): number {
  const before = process.cpuUsage();
  for (const { type } of sold.places) {
    if (comparePlans(sold, type, defaultCreditRules, now).some(({ available }) => !available))
      throw new Error("the program has a plan that is not available");
  }
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1_000;
}

/** Measures quoting: for each plan a schedule, its interest, its tax and its annual percentage rate. */
export async function planningFigures(): Promise<Figure[]> {
  for (let round = 0; round < warmUps; round++) quoteAll();
  const took = median(Array.from({ length: rounds }, quoteAll));
  return [
    {
      what: "every plan of a cohort quoted, two place types, 59 months, processor",
      value: `${took.toFixed(2)} ms`,
      bound: { most: mostMs, ratio: took },
    },
  ];
}
