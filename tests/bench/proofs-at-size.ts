import { crashes } from "../proofs/crash.ts";
import { simulateMoney } from "../proofs/money.ts";
import { openStack } from "../proofs/stack.ts";
import type { Figure } from "./measure.ts";

/** The simulations of tests/proofs at the size that `npm test` has no time for; a breach stops the run by name. */
export async function proofFigures(): Promise<Figure[]> {
  return [await money(), await crash()];
}

async function money(): Promise<Figure> {
  const stack = await openStack();
  try {
    const { breaches, charges, refunds } = await simulateMoney(stack.client, {
      bookings: 300,
      seed: 2026,
      checkEvery: 25,
    });
    if (breaches.length > 0) throw new Error(breaches.join("\n"));
    const value = `0 breaches, ${charges} charges, ${refunds} refunds`;
    return { what: "money of 300 random bookings against Stripe, to the cent", value };
  } finally {
    await stack.stop();
  }
}

async function crash(): Promise<Figure> {
  const { breaches, promises, cutOff } = await crashes({ bookings: 100, kills: 10, seed: 2026 });
  if (breaches.length > 0) throw new Error(breaches.join("\n"));
  const value = `0 breaches, ${promises} answers kept, ${cutOff} cut off`;
  return { what: "ten kills over 100 bookings in flight", value };
}
