import type { Client } from "../harness/http.ts";
import { crashes } from "../proofs/crash.ts";
import { simulateMoney } from "../proofs/money.ts";
import { openStack } from "../proofs/stack.ts";
import { faultKinds, lapsingStampede, stampede } from "../proofs/stampede.ts";
import type { Figure } from "./measure.ts";

/** The simulations of tests/proofs, larger than in `npm test`. A breach stops the run with its name. */
export async function proofFigures(): Promise<Figure[]> {
  return [...(await onStack(stampedes)), await onStack(money), await crash()];
}

export async function onStack<Result>(run: (client: Client) => Promise<Result>): Promise<Result> {
  const stack = await openStack();
  try {
    return await run(stack.client);
  } finally {
    await stack.stop();
  }
}

/**
 * 500 contenders for 20 places: without faults, with each kind of fault, with all at once, with handlers that die, and
 * while holds lapse and capacity changes.
 */
async function stampedes(client: Client): Promise<Figure[]> {
  const size = { contenders: 500, places: 20, seed: 2026 };
  const figures: Figure[] = [];
  for (const kinds of [[], ...faultKinds.map((kind) => [kind]), faultKinds, ["crash_after"]]) {
    const faults = Object.fromEntries(kinds.map((kind) => [kind, 0.1]));
    const { ran, wrong } = await stampede(client, size, faults);
    stopOn(wrong);
    const calls = Math.max(...ran.fates.map((fate) => fate.calls));
    const [kind] = kinds;
    const what = kinds.length > 1 ? "10 % faults of all kinds" : kind ? `10 % faults of kind ${kind}` : "no faults";
    const value = `0 breaches, ${(ran.wall / 1000).toFixed(1)} s, at most ${calls} calls`;
    figures.push({ what: `500 contenders for 20 places, ${what}`, value });
  }
  const { waves, wrong } = await lapsingStampede(client, size);
  stopOn(wrong);
  const value = `0 breaches, ${waves.map(({ held }) => held.length).join(", ")} holds`;
  return [...figures, { what: "500 contenders, four times, holds lapsing, capacity changing", value }];
}

async function money(client: Client): Promise<Figure> {
  const { breaches, charges, refunds } = await simulateMoney(client, { bookings: 300, seed: 2026, checkEvery: 25 });
  stopOn(breaches);
  const value = `0 breaches, ${charges} charges, ${refunds} refunds`;
  return { what: "money of 300 random bookings against Stripe, to the cent", value };
}

async function crash(): Promise<Figure> {
  const { breaches, promises, cutOff } = await crashes({ bookings: 100, kills: 10, seed: 2026 });
  stopOn(breaches);
  const value = `0 breaches, ${promises} answers kept, ${cutOff} cut off`;
  return { what: "ten kills over 100 bookings in flight", value };
}

export function stopOn(breaches: string[]): void {
  if (breaches.length > 0) throw new Error(breaches.join("\n"));
}
