import type { Stripe } from "stripe";
import { describe, expect, test } from "vitest";
import { type Account, day, openAccount, refusal } from "../test-account.ts";

async function charged({ stripe }: Account, method = "pm_card_visa", amount = 10_000): Promise<Stripe.Charge> {
  const intent = await stripe.paymentIntents.create({
    amount,
    currency: "usd",
    payment_method: method,
    confirm: true,
    mandate_data: { customer_acceptance: { type: "offline", offline: {} } },
    expand: ["latest_charge"],
  });
  return intent.latest_charge as Stripe.Charge;
}

describe("a refund", () => {
  test("is paid at once from the balance, which can become negative, and Stripe keeps its fee", async () => {
    const account = await openAccount();
    const { stripe, simulator } = account;
    const charge = await charged(account);

    const refund = await stripe.refunds.create({
      charge: charge.id,
      metadata: { refundId: "ref_1" },
      expand: ["balance_transaction"],
    });

    expect(refund).toMatchObject({ status: "succeeded", amount: 10_000, metadata: { refundId: "ref_1" } });
    expect(refund.balance_transaction).toMatchObject({ amount: -10_000, fee: 0, net: -10_000, type: "refund" });
    expect(await stripe.charges.retrieve(charge.id)).toMatchObject({ refunded: true, amount_refunded: 10_000 });
    expect(simulator.balance()).toMatchObject({ balance: -320, consistent: true });
  });

  test("can be partial, and never exceeds what is left", async () => {
    const account = await openAccount();
    const { stripe } = account;
    const charge = await charged(account);

    await stripe.refunds.create({ charge: charge.id, amount: 4_000 });
    const tooMuch = await refusal(stripe.refunds.create({ charge: charge.id, amount: 6_001 }));
    await stripe.refunds.create({ payment_intent: charge.payment_intent as string, amount: 6_000 });
    const nothingLeft = await refusal(stripe.refunds.create({ charge: charge.id }));

    expect(tooMuch).toMatchObject({ statusCode: 400, param: "amount" });
    expect(tooMuch.message).toBe("Refund amount ($60.01) is greater than unrefunded amount on charge ($60.00)");
    expect(nothingLeft.code).toBe("charge_already_refunded");
    expect((await stripe.refunds.list({ payment_intent: charge.payment_intent as string })).data).toHaveLength(2);
  });

  test("can fail a day later: the money is back and refundable again", async () => {
    const account = await openAccount();
    const { stripe, advance, simulator } = account;
    const charge = await charged(account, "pm_card_refundFail");
    const refund = await stripe.refunds.create({ charge: charge.id });

    await advance(day);

    expect(refund.status).toBe("succeeded");
    const failed = await stripe.refunds.retrieve(refund.id, { expand: ["failure_balance_transaction"] });
    expect(failed).toMatchObject({
      status: "failed",
      failure_reason: "expired_or_canceled_card",
      failure_balance_transaction: { amount: 10_000, type: "refund_failure" },
    });
    expect(await stripe.charges.retrieve(charge.id)).toMatchObject({ refunded: false, amount_refunded: 0 });
    const told = (await stripe.events.list({ limit: 3 })).data.map(({ type }) => type);
    expect(told).toEqual(["refund.failed", "charge.refund.updated", "refund.updated"]);
    expect(simulator.balance()).toMatchObject({ balance: 10_000 - 320, consistent: true });
  });

  test.each([
    ["pm_card_pendingRefund", 1],
    ["pm_usBankAccount_success", 3],
  ])("of %s stays pending for %i days", async (method, days) => {
    const account = await openAccount();
    const { stripe, advance, simulator } = account;
    const charge = await charged(account, method);
    await advance(4 * day);
    const refund = await stripe.refunds.create({ charge: charge.id });

    await advance(days * day - 1);
    const before = await stripe.refunds.retrieve(refund.id);
    await advance(1);

    expect(before).toMatchObject({ status: "pending", pending_reason: "processing" });
    expect((await stripe.refunds.retrieve(refund.id)).status).toBe("succeeded");
    expect(simulator.balance().consistent).toBe(true);
  });

  test("waits for money while the balance is too low", async () => {
    const account = await openAccount();
    const { stripe, advance, simulator } = account;
    const charge = await charged(account);
    simulator.setFault({ kind: "low_balance", rate: 1, seed: 1 });

    const refund = await stripe.refunds.create({ charge: charge.id });
    await advance(10 * day);
    const waiting = await stripe.refunds.retrieve(refund.id);
    simulator.clearFaults();
    await advance(0);

    expect(waiting).toMatchObject({
      status: "pending",
      pending_reason: "insufficient_funds",
      balance_transaction: null,
    });
    expect(await stripe.refunds.retrieve(refund.id)).toMatchObject({ status: "succeeded" });
    expect(simulator.balance()).toMatchObject({ balance: -320, consistent: true });
  });

  test("of a debit that is still processing waits for the debit, and is paid once that has settled", async () => {
    const account = await openAccount();
    const { stripe, advance, simulator } = account;
    const charge = await charged(account, "pm_usBankAccount_success");

    const early = await stripe.refunds.create({ charge: charge.id, amount: 4_000 });

    expect(early).toMatchObject({ status: "pending", pending_reason: "charge_pending", balance_transaction: null });
    expect(await stripe.charges.retrieve(charge.id)).toMatchObject({ status: "pending", amount_refunded: 4_000 });
    expect(simulator.balance()).toMatchObject({ balance: 0, consistent: true });
    await advance(4 * day);
    expect(await stripe.refunds.retrieve(early.id)).toMatchObject({
      status: "pending",
      pending_reason: "processing",
      balance_transaction: expect.stringMatching(/^txn_/),
    });
    await advance(3 * day);
    expect(await stripe.refunds.retrieve(early.id)).toMatchObject({ status: "succeeded" });
    expect(simulator.balance()).toMatchObject({ balance: 10_000 - 80 - 4_000, consistent: true });
  });

  test("of a failing debit is canceled with it, and never moves money", async () => {
    const account = await openAccount();
    const { stripe, advance, simulator } = account;
    const charge = await charged(account, "pm_usBankAccount_insufficientFunds");
    const early = await stripe.refunds.create({ payment_intent: charge.payment_intent as string });

    await advance(2 * day);

    expect(await stripe.refunds.retrieve(early.id)).toMatchObject({ status: "canceled", balance_transaction: null });
    expect(await stripe.charges.retrieve(charge.id)).toMatchObject({ status: "failed", amount_refunded: 0 });
    expect(simulator.balance()).toMatchObject({ balance: 0, transactions: 0, consistent: true });
  });

  test("is refused after 180 days", async () => {
    const account = await openAccount();
    const { stripe, advance } = account;
    const charge = await charged(account, "pm_usBankAccount_success");
    await advance(181 * day);

    const late = await refusal(stripe.refunds.create({ charge: charge.id }));

    expect(late.code).toBe("charge_not_refundable");
  });
});

describe("the balance", () => {
  test("is pending until the second midnight, and then available", async () => {
    const account = await openAccount();
    const { stripe, advance } = account;
    await charged(account);

    const before = await stripe.balance.retrieve();
    await advance(3 * day);
    const after = await stripe.balance.retrieve();

    expect([before.pending[0]?.amount, before.available[0]?.amount]).toEqual([9_680, 0]);
    expect([after.pending[0]?.amount, after.available[0]?.amount]).toEqual([0, 9_680]);
  });

  test("lists its transactions by source and type", async () => {
    const account = await openAccount();
    const { stripe } = account;
    const charge = await charged(account);
    const refund = await stripe.refunds.create({ charge: charge.id, amount: 100 });
    await charged(account, "pm_usBankAccount_success");

    const bySource = await stripe.balanceTransactions.list({ source: refund.id });
    const byType = await stripe.balanceTransactions.list({ type: "charge", expand: ["data.source"] });

    expect(bySource.data.map(({ net }) => net)).toEqual([-100]);
    expect(byType.data.map(({ source }) => (source as Stripe.Charge).id)).toEqual([charge.id]);
  });

  test("books a charge's fee an hour late when asynchronous capture is slow", async () => {
    const account = await openAccount();
    const { stripe, advance, simulator } = account;
    simulator.setFault({ kind: "late_fee", rate: 1, seed: 1 });
    const charge = await charged(account);

    await advance(day);

    expect(charge).toMatchObject({ status: "succeeded", balance_transaction: null });
    const [event] = (await stripe.events.list({ type: "charge.updated" })).data;
    expect(event?.data.object).toMatchObject({ id: charge.id, balance_transaction: expect.stringMatching(/^txn_/) });
    expect(simulator.balance()).toMatchObject({ balance: 9_680, consistent: true });
  });
});
