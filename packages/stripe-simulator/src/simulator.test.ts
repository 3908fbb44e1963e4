import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import fc from "fast-check";
import { Stripe } from "stripe";
import { expect, onTestFinished, test } from "vitest";
import { API_VERSION } from "./index.ts";
import { day, openAccount, payment, sdk } from "./test-account.ts";

test("speaks the API version of the pinned SDK", () => {
  expect(API_VERSION).toBe(Stripe.API_VERSION);
});

test("keeps the balance equal to the sum of its transactions, whatever is paid, refused, refunded and returned", async () => {
  const methods = [
    "pm_card_visa",
    "pm_card_chargeDeclined",
    "pm_card_refundFail",
    "pm_card_pendingRefund",
    "pm_usBankAccount_success",
    "pm_usBankAccount_insufficientFunds",
  ];
  const step = fc.oneof(
    fc.record({
      kind: fc.constant("pay" as const),
      method: fc.constantFrom(...methods),
      amount: fc.integer({ min: 50, max: 2_500_000 }),
    }),
    fc.record({ kind: fc.constant("refund" as const), charge: fc.nat(5), percent: fc.integer({ min: 1, max: 120 }) }),
    fc.record({ kind: fc.constant("wait" as const), days: fc.integer({ min: 1, max: 5 }) }),
    fc.record({ kind: fc.constant("low" as const), on: fc.boolean() }),
  );
  const { stripe, control, advance, simulator } = await openAccount();

  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 12 }), async (steps) => {
      for (const action of steps) {
        if (action.kind === "wait") await advance(action.days * day);
        if (action.kind === "low" && action.on) simulator.setFault({ kind: "low_balance", rate: 0.5, seed: 1 });
        if (action.kind === "low" && !action.on) simulator.clearFaults();
        if (action.kind === "pay") {
          const price = { currency: "usd", unit_amount: action.amount, product_data: { name: "Program" } };
          const session = await stripe.checkout.sessions.create(
            payment(undefined, { line_items: [{ quantity: 1, price_data: price }] }),
          );
          await control(`/_sim/checkout/${session.id}/payment`, { paymentMethod: action.method });
        }
        if (action.kind === "refund") {
          const charge = (await stripe.charges.list()).data.at(action.charge);
          const amount = charge && Math.max(1, Math.floor((charge.amount * action.percent) / 100));
          if (charge && amount) await stripe.refunds.create({ charge: charge.id, amount }).catch(() => undefined);
        }
        expect(simulator.balance().consistent).toBe(true);
      }
      await advance(10 * day);
      const { data: charges } = await stripe.charges.list({ limit: 100 });
      expect(charges.every((charge) => charge.amount_refunded >= 0 && charge.amount_refunded <= charge.amount)).toBe(
        true,
      );
    }),
    { numRuns: 12 },
  );
  simulator.clearFaults();
  await advance(10 * day);
  const { available, pending } = await stripe.balance.retrieve();
  const sum = (await stripe.balanceTransactions.list({ limit: 100 }).autoPagingToArray({ limit: 10_000 })).reduce(
    (total, { net }) => total + net,
    0,
  );
  expect((available[0]?.amount ?? 0) + (pending[0]?.amount ?? 0)).toBe(sum);
}, 30_000);

test("keeps all answers and timers after kill -9", async () => {
  const folder = mkdtempSync(join(tmpdir(), "simulator-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, "stack.db");
  const start = async () => {
    const program = `
      const { serveSimulator } = await import(${JSON.stringify(new URL("./serve.ts", import.meta.url).href)});
      const served = await serveSimulator({ file: ${JSON.stringify(file)}, secretKey: "sk_test_simulator" });
      console.log(served.url, served.nextTimer());`;
    const child = spawn(process.execPath, ["--input-type=module", "-e", program], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    onTestFinished(() => void child.kill("SIGKILL"));
    const [line] = (await once(createInterface(child.stdout), "line")) as [string];
    const [url = "", timer = ""] = line.split(" ");
    return { child, timer, stripe: sdk(url) };
  };
  const first = await start();
  const answered: string[] = [];
  const writing = (async () => {
    for (;;) {
      const customer = await first.stripe.customers.create({}, { idempotencyKey: `key_${answered.length}` });
      await first.stripe.checkout.sessions.create(payment(customer.id));
      answered.push(customer.id);
    }
  })().catch(() => undefined);

  await expect.poll(() => answered.length, { timeout: 10_000, interval: 5 }).toBeGreaterThan(10);
  first.child.kill("SIGKILL");
  await writing;
  const second = await start();

  const known = new Set(
    (await second.stripe.customers.list({ limit: 100 }).autoPagingToArray({ limit: 5000 })).map(({ id }) => id),
  );
  expect(answered.filter((id) => !known.has(id))).toEqual([]);
  expect(Number(second.timer)).toBeGreaterThan(Date.now());
  const replayed = await second.stripe.customers.create({}, { idempotencyKey: "key_0" });
  expect(replayed.id).toBe(answered[0]);
}, 30_000);
