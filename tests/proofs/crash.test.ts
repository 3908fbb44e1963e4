import { expect, test } from "vitest";
import { crashes } from "./crash.ts";

const seed = Number(process.env.CRASH_SEED ?? 1);

test("ten kills at random points over bookings in flight: every answer stays true, and every event comes out (I7, I10)", async () => {
  const { breaches, ...summary } = await crashes({ bookings: 20, kills: 10, seed });

  console.log(JSON.stringify(summary));
  expect(breaches, `seed ${seed}`).toEqual([]);
  expect(summary.cutOff).toBeGreaterThan(0);
});

test("handlers whose process ends after every tenth write: each answer stays true, and every event comes out (I7, I10)", async () => {
  const { breaches, ...summary } = await crashes({ bookings: 5, kills: 0, seed, crashAfter: 0.1 });

  console.log(JSON.stringify(summary));
  expect(breaches, `seed ${seed}`).toEqual([]);
  expect(summary.cutOff).toBeGreaterThan(0);
});
