import { expect, test } from "vitest";
import { simulateMoney } from "./money.ts";
import { openStack } from "./stack.ts";
import { weakened } from "./weaken.ts";

const seed = Number(process.env.MONEY_SEED ?? 1);

test("8 random bookings: I3 after every step, and Stripe's balance to the cent at the end (I3, I4, I5, I6, I7)", async () => {
  const stack = await openStack();
  try {
    const result = await simulateMoney(stack.client, { bookings: 8, seed });

    const { trail, breaches, ...summary } = result;
    console.log(JSON.stringify(summary));
    expect(breaches, `seed ${seed}\n${trail.slice(-25).join("\n")}`).toEqual([]);
    expect(summary.charges).toBeGreaterThan(10);
    expect(summary.refunds).toBeGreaterThan(0);
    expect(summary.statuses.completed).toBeGreaterThan(0);
  } finally {
    await stack.stop();
  }
});

test("control: without the condition that posts a fact once, the checker sees the ledger leave Stripe's balance", async () => {
  const control = await weakened(
    ["stripe-events"],
    [
      {
        file: /packages\/store\/src\/append-only\.ts$/,
        from: /(pk: `JE#\$\{entry\.reference\})`/,
        to: "$1#` + id",
      },
    ],
  );
  const stack = await openStack({ bundles: control.bundles });
  try {
    const result = await simulateMoney(stack.client, { bookings: 4, seed: 2, foreignPayments: 0.5 });

    expect(result.breaches).toEqual(
      expect.arrayContaining([expect.stringMatching(/^I4: payment:\w+ is posted twice$/)]),
    );
  } finally {
    await stack.stop();
    control.remove();
  }
});
