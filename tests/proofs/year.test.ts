import { expect, test } from "vitest";
import { openStack } from "./stack.ts";
import { simulateYear } from "./year.ts";

const seed = Number(process.env.YEAR_SEED ?? 1);
const bookings = 20;
/** Short plans and two months: the bench simulates the whole year with 500 bookings and plans of ten months. */
const short = { months: { installments: 2, financed: 3 }, startsInDays: 65, days: 56 };
/** One write in a hundred ends its process, in the functions that begin tries, make them, and apply Stripe's events. */
const crashes = { crashes: 0.01, crashing: ["deadline-worker", "payment-worker", "stripe-events"] } as const;

test("20 bookings are collected once, noticed once and never stuck, at every midnight of two months (I3 to I7)", async () => {
  const stack = await openStack();
  try {
    const began = performance.now();
    const { trail, breaches, ...summary } = await simulateYear(stack.client, { bookings, seed, ...short, ...crashes });

    console.log(JSON.stringify({ ...summary, seconds: Math.round((performance.now() - began) / 1000) }));
    expect(breaches, `seed ${seed}\n${trail.slice(-30).join("\n")}`).toEqual([]);
    expect(summary.collected).toBeGreaterThan(5);
    expect(summary.failed).toBeGreaterThan(2);
    expect(summary.statuses).toMatchObject({ confirmed: expect.any(Number), cancelled: expect.any(Number) });
    const struck = ["dynamodb error", "dynamodb timeout", "dynamodb crash_after", "events duplicate"];
    expect(Object.keys(summary.struck)).toEqual(expect.arrayContaining(struck));
  } finally {
    await stack.stop();
  }
});
