import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { expectReconciled } from "../harness/reconciled.ts";
import { Client, openCohort, programBody, startWorld, type World } from "../harness/world.ts";

let world: World;
beforeAll(async () => {
  world = await startWorld({ settlementCurrencies: "usd,jpy" });
});
afterAll(() => world.stop());

type Accounts = { accounts: { account: string; balance: number }[] };

/** Our balances and Stripe's balance in one currency. */
async function stripeBalanceIn(currency: string) {
  const token = await world.token("finance");
  const path = `/v1/finance/trial-balance?currency=${currency}`;
  const { accounts } = await world.must<Accounts>("GET", path, { token });
  const { body } = await world.sim<{ balance: number; consistent: boolean }>(
    "GET",
    `/_sim/balance?currency=${currency}`,
  );
  expect(body.consistent).toBe(true);
  const ours = Object.fromEntries(accounts.map(({ account, balance }) => [account, balance]));
  return { ours, stripe: body.balance };
}

describe("a program in a currency without minor units", () => {
  const program = { currency: "jpy", cancellation: { ...programBody.cancellation, administrationFee: 0 } };

  test("is paid, cancelled and refunded, and the ledger agrees with Stripe", async () => {
    const client = new Client(world);
    expect(await client.deposit((await openCohort(world, { program, inDays: 75 })).id)).toMatchObject({
      status: "awaiting_clearance",
      currency: "jpy",
      paid: 250_000,
    });
    await client.cancel();
    expect(await client.read()).toMatchObject({ status: "cancelled", refunded: 250_000 });
    const { ours, stripe } = await stripeBalanceIn("jpy");
    expect(stripe).toBe(-7_250);
    expect(ours.stripe_balance).toBe(stripe);
  });

  test("is paid although Stripe converts to dollars, and Stripe's balances show the conversion", async () => {
    const before = { yen: await stripeBalanceIn("jpy"), dollars: await stripeBalanceIn("usd") };
    await world.sim("POST", "/_sim/settlement", { currencies: ["usd"] });
    const client = new Client(world);
    await client.deposit((await openCohort(world, { program, inDays: 75 })).id);
    const paid = { yen: await stripeBalanceIn("jpy"), dollars: await stripeBalanceIn("usd") };
    expect(await client.read()).toMatchObject({ paid: 250_000, currency: "jpy" });
    expect(paid.yen.stripe).toBe(before.yen.stripe);
    expect(paid.dollars.stripe - before.dollars.stripe).toBe(167_500 - 4_888);
    await client.cancel();
    const refunded = { yen: await stripeBalanceIn("jpy"), dollars: await stripeBalanceIn("usd") };
    expect(await client.read()).toMatchObject({ status: "cancelled", refunded: 250_000 });
    expect(refunded.dollars.stripe).toBeLessThan(before.dollars.stripe);
    for (const { yen, dollars } of [before, paid, refunded]) {
      expect(yen.ours.stripe_balance ?? 0).toBe(yen.stripe);
      expect(dollars.ours.stripe_balance ?? 0).toBe(dollars.stripe);
    }
    expect(refunded.yen.ours.suspense).toBe(before.yen.ours.suspense ?? 0);
    await world.sim("POST", "/_sim/settlement", { currencies: ["usd", "jpy"] });
  });
});

describe("money that no booking asked for", () => {
  const stripe = async (path: string, form: Record<string, string>) =>
    (await world.http.stripe<{ id: string }>("POST", path, form)).body;

  const foreign = {
    amount: "4200",
    currency: "usd",
    confirm: "true",
    payment_method: "pm_card_visa",
    "automatic_payment_methods[enabled]": "true",
    "automatic_payment_methods[allow_redirects]": "never",
  };

  test("a charge of another system is posted to suspense, and its refund from suspense", async () => {
    const before = (await world.balances()).suspense ?? 0;
    const made = await stripe("payment_intents", foreign);
    await world.quiesce();
    expect((await world.balances()).suspense).toBe(before - 4_200);
    await stripe("refunds", { payment_intent: made.id, amount: "4200" });
    await world.quiesce();
    expect((await world.balances()).suspense ?? 0).toBe(before);
    await expectReconciled(world);
  });

  test("euros on an account that does not settle them are posted to suspense in dollars, after Stripe's conversion", async () => {
    const balances = async (currency: string) => (await stripeBalanceIn(currency)).ours;
    const before = await balances("usd");
    const made = await stripe("payment_intents", { ...foreign, amount: "100000", currency: "eur" });
    await world.quiesce();
    expect(await balances("eur")).toEqual({ stripe_balance: 0, suspense: 0 });
    expect((await balances("usd")).suspense).toBe((before.suspense ?? 0) - 108_000);
    await expectReconciled(world);
    await stripe("refunds", { payment_intent: made.id, amount: "100000" });
    await world.quiesce();
    expect(await balances("eur")).toEqual({ stripe_balance: 0, refunds_payable: 0, suspense: 0 });
    await expectReconciled(world);
  });

  test("a second payment with the metadata of a booking's payment is refunded in full, and the client gets a mail", async () => {
    const client = new Client(world);
    await client.hold((await openCohort(world)).id);
    await client.sign();
    const { paymentIntent } = await client.payOn(await client.checkout());
    await world.quiesce();
    const before = await client.read();
    const { body } = await world.http.stripe<{ metadata: Record<string, string> }>(
      "GET",
      `payment_intents/${paymentIntent}`,
    );
    const copied = Object.entries(body.metadata).map(([name, value]) => [`metadata[${name}]`, value]);
    await stripe("payment_intents", { ...foreign, amount: "250000", ...Object.fromEntries(copied) });

    await world.quiesce();

    const { status, dues, paid, refunded } = await client.read();
    expect({ status, dues }).toEqual({ status: before.status, dues: before.dues });
    expect({ paid, refunded }).toEqual({ paid: 500_000, refunded: 250_000 });
    expect(await world.mail(client.email)).toContain("We are sending you a refund");
    await expectReconciled(world);
  });

  test("a refund made by hand at Stripe is recorded as owed and paid", async () => {
    const client = new Client(world);
    await client.deposit((await openCohort(world)).id);
    const payment = (await world.journal(client.id)).find(({ reference }) => reference.startsWith("payment:"));
    await stripe("refunds", { charge: payment?.reference.slice("payment:".length) ?? "", amount: "10000" });
    await world.quiesce();
    expect(await client.read()).toMatchObject({ paid: 250_000, refunded: 10_000 });
    await expectReconciled(world);
  });

  test("after a refund by hand whose webhook is lost, a cancellation refunds only the rest", async () => {
    const client = new Client(world);
    await client.deposit((await openCohort(world)).id);
    const payment = (await world.journal(client.id)).find(({ reference }) => reference.startsWith("payment:"));
    await world.sim("POST", "/_sim/webhooks", { drop: 1, seed: 1 });
    await stripe("refunds", { charge: payment?.reference.slice("payment:".length) ?? "", amount: "60000" });
    await client.cancel("admin");

    expect(await world.quiesce()).toBe(0);

    expect(await client.read()).toMatchObject({ status: "cancelled", paid: 250_000, refunded: 250_000 });
    await world.sim("DELETE", "/_sim/webhooks");
    await expectReconciled(world);
  });
});

test("every event on the bus matches its schema", async () => {
  expect(await world.misshapenEvents()).toEqual([]);
});
