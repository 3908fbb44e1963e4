import { expect, test } from "vitest";
import { crashes } from "./crash.ts";
import { weakened } from "./weaken.ts";

const seed = Number(process.env.CRASH_SEED ?? 1);

test("kills during requests: every answer stays true, and every event is published (I7, I10)", async () => {
  const { breaches, ...summary } = await crashes({ bookings: 10, kills: 5, seed });

  console.log(JSON.stringify(summary));
  expect(breaches, `seed ${seed}`).toEqual([]);
  expect(summary).toMatchObject({ kills: 5, promises: 48, statuses: { confirmed: 8, cancelled: 2 } });
  expect(summary.cutOff).toBeGreaterThan(0);
});

test("handlers that die after their first write: every answer stays true, and every event is published (I7, I10)", async () => {
  const { breaches, ...summary } = await crashes({ bookings: 2, seed, handlersDie: 0.1 });

  console.log(JSON.stringify(summary));
  expect(breaches, `seed ${seed}`).toEqual([]);
  expect(summary).toMatchObject({ promises: 9, statuses: { confirmed: 1, cancelled: 1 } });
  expect(summary.cutOff).toBeGreaterThanOrEqual(9);
});

test("control: without the idempotency record, the checker sees that a repeated request is not replayed", async () => {
  const control = await weakened(
    ["booking", "checkout", "clinical"],
    [{ file: /packages\/store\/src\/idempotency\.ts$/, from: /(pk: `IDEM#\$\{scope\})`/, to: "$1#` + Math.random()" }],
  );
  try {
    const { breaches } = await crashes({ bookings: 2, seed, bundles: control.folder });

    for (const what of ["hold", "sign", "checkout", "cancel", "medical", "psychiatric"]) {
      expect(breaches).toEqual(
        expect.arrayContaining([expect.stringMatching(`^I10: .*'s ${what}, once .* \\(not replayed\\)$`)]),
      );
    }
  } finally {
    control.remove();
  }
});
