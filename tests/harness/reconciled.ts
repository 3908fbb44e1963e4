import { expect } from "vitest";
import type { Client, World } from "./world.ts";

/** The ledger's balance of Stripe is Stripe's balance. */
export async function expectReconciled(world: World): Promise<void> {
  const [balances, stripe] = await Promise.all([world.balances(), world.stripeBalance()]);
  expect(stripe.consistent).toBe(true);
  expect(balances.stripe_balance ?? 0).toBe(stripe.balance);
}

const square = { receivable: 0, deferred_revenue: 0, refunds_payable: 0 };

/** Nothing of a booking is left to receive, to earn or to refund. */
export async function expectSquare(client: Client): Promise<void> {
  expect({ ...square, ...(await accountsOf(client)) }).toMatchObject(square);
}

/** What a booking has moved on each account: debits minus credits. */
export async function accountsOf({ world, id }: Client): Promise<Record<string, number>> {
  const sums: Record<string, number> = {};
  for (const { account, debit, credit } of (await world.journal(id)).flatMap(({ postings }) => postings)) {
    sums[account] = (sums[account] ?? 0) + debit - credit;
  }
  return sums;
}
