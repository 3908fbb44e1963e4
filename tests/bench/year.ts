import { startTestStore } from "../harness/store.ts";
import { oneDue } from "../proofs/one-charge.ts";
import { simulateYear } from "../proofs/year.ts";
import type { Figure } from "./measure.ts";
import { onStack, stopOn } from "./proofs-at-size.ts";

const rounds = 1_000;

/**
 * The simulations of collection, larger than in `npm test`: a year of 500 bookings (`YEAR_BOOKINGS` and `YEAR_SEED`
 * choose others), and 1,000 dues that all consumers work on at once.
 */
export async function yearFigures(): Promise<Figure[]> {
  return [await everybodyAtOnce(), await wholeYear()];
}

async function everybodyAtOnce(): Promise<Figure> {
  const { store, stop } = await startTestStore();
  try {
    const paidBy = { try: 0, session: 0, nobody: 0 };
    for (let seed = 1; seed <= rounds; seed++) {
      const round = await oneDue(store, seed);
      stopOn(round.wrong);
      paidBy[round.paidBy]++;
    }
    const value = `0 breaches, ${paidBy.try} by a try, ${paidBy.session} on the page`;
    return { what: `${rounds} dues collected, paid, polled and told of at once`, value };
  } finally {
    await stop();
  }
}

async function wholeYear(): Promise<Figure> {
  const bookings = Number(process.env.YEAR_BOOKINGS ?? 500);
  const options = { bookings, seed: Number(process.env.YEAR_SEED ?? 2026), crashes: 0.002 };
  const { breaches, trail, ...ran } = await onStack((client) => simulateYear(client, options));
  stopOn(breaches.length === 0 ? [] : [...trail.slice(-30), ...breaches, JSON.stringify(ran)]);
  const { midnights, collected, failed, notices, struck } = ran;
  const faults = Object.values(struck).reduce((sum, count) => sum + count, 0);
  const value = `0 breaches at ${midnights} midnights, ${collected} tries paid, ${failed} failed, ${notices} notices, ${faults} faults`;
  return {
    what: `a year of ${bookings} bookings whose cards, clients and handlers fail (seed ${options.seed})`,
    value,
  };
}
