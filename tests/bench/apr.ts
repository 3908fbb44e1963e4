import { annualPercentageRate, type CreditStreams } from "@clearing/domain/credit";
import { addDays, addMonths } from "@clearing/domain/time";
import { type Figure, median } from "./measure.ts";

const mostMs = 1;
const warmUps = 50;
const rounds = 200;

/** Thirty years of payments, each of another amount and on another day of the month. */
const irregular: CreditStreams = {
  advances: [{ date: "2027-01-04", amount: 20_000_000 }],
  payments: Array.from({ length: 360 }, (_, index) => ({
    date: addDays(addMonths("2027-01-15", index + 1), (index * 7) % 13),
    amount: 100_000 + ((index * 7_919) % 30_011),
  })),
};

/** The processor time of one rate, in milliseconds. */
function compute(): number {
  const before = process.cpuUsage();
  if (!annualPercentageRate(irregular).ok) throw new Error("the payments have no annual percentage rate");
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1_000;
}

/** Measures the annual percentage rate of a long and irregular credit. */
export async function aprFigures(): Promise<Figure[]> {
  for (let round = 0; round < warmUps; round++) compute();
  const took = median(Array.from({ length: rounds }, compute));
  return [
    {
      what: "annual percentage rate of 360 irregular payments, processor",
      value: `${took.toFixed(2)} ms`,
      bound: { most: mostMs, ratio: took },
    },
  ];
}
