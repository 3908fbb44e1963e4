import { afterAll, beforeAll, expect, test } from "vitest";
import { expectReconciled } from "../harness/reconciled.ts";
import { noDeposit, rowsOf, saved } from "../harness/test-methods.ts";
import { openCohort, startWorld, type World } from "../harness/world.ts";

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.stop());

/**
 * Stripe's test accounts, from docs.stripe.com/payments/ach-direct-debit/accept-a-payment#test-account-numbers. If the debit
 * fails, the hold ends.
 */
const debitedDeposits = {
  pm_usBankAccount_success: { status: "awaiting_clearance", mail: "We received your deposit" },
  pm_usBankAccount_accountClosed: { status: "expired", mail: noDeposit },
  pm_usBankAccount_noAccount: { status: "expired", mail: noDeposit },
  pm_usBankAccount_insufficientFunds: { status: "expired", mail: noDeposit },
  pm_usBankAccount_debitNotAuthorized: { status: "expired", mail: noDeposit },
  pm_usBankAccount_invalidCurrency: { status: "expired", mail: noDeposit },
};

test("a deposit is debited from each test account", async () => {
  const program = { plans: [{ kind: "installments", months: 3 }] };
  const { id: cohortId } = await openCohort(world, { inDays: 150, count: 10, program });
  const deposits = await rowsOf(debitedDeposits, (method) => saved({ world, cohortId }, method));
  await world.moveClock({ advance: "P6D" });

  for (const { key, expected, made: client } of deposits) {
    expect((await client.read()).status, key).toBe(expected.status);
    expect(await world.mail(client.email), key).toContain(expected.mail);
  }
  await expectReconciled(world);
});

test("every event on the bus matches its schema", async () => {
  expect(await world.misshapenEvents()).toEqual([]);
});
