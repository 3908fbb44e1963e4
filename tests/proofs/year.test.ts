import { expect, test } from "vitest";
import { openStack } from "./stack.ts";
import { simulateYear } from "./year.ts";

const seed = Number(process.env.YEAR_SEED ?? 1);
const bookings = 6;
/** Short plans and two months: the whole year, with 500 bookings and plans of ten months, is the bench's. */
const short = { months: { installments: 2, financed: 3 }, startsInDays: 65, days: 56 };

test("6 bookings are collected once, noticed once and never stuck, at every midnight of two months (I3 to I7)", async () => {
  const stack = await openStack();
  try {
    const began = performance.now();
    const { trail, breaches, ...summary } = await simulateYear(stack.client, { bookings, seed, ...short });

    console.log(JSON.stringify({ ...summary, seconds: Math.round((performance.now() - began) / 1000) }));
    expect(breaches, `seed ${seed}\n${trail.slice(-30).join("\n")}`).toEqual([]);
    expect(summary.collected).toBeGreaterThan(2);
    expect(summary.failed).toBeGreaterThan(0);
    expect(summary.statuses).toMatchObject({ confirmed: expect.any(Number), cancelled: expect.any(Number) });
  } finally {
    await stack.stop();
  }
});
