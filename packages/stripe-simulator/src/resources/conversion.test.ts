import type { Stripe } from "stripe";
import { describe, expect, test } from "vitest";
import { type Account, openAccount, refusal } from "../test-account.ts";

const paid = (currency: string, amount: number, method = "pm_card_visa") => ({
  currency,
  amount,
  payment_method: method,
  confirm: true,
  automatic_payment_methods: { enabled: true, allow_redirects: "never" as const },
  expand: ["latest_charge.balance_transaction"],
});

async function charge({ stripe }: Account, currency: string, amount: number, method?: string) {
  const intent = await stripe.paymentIntents.create(paid(currency, amount, method));
  const { id } = intent.latest_charge as Stripe.Charge;
  return stripe.charges.retrieve(id, { expand: ["balance_transaction"] });
}

describe("a charge in a currency that the account does not settle", () => {
  test("is booked in dollars, at a rate, less a fee in dollars", async () => {
    const account = await openAccount();
    const { currency, amount, balance_transaction: booked } = await charge(account, "eur", 100_000);

    expect({ currency, amount }).toEqual({ currency: "eur", amount: 100_000 });
    expect(booked).toMatchObject({ currency: "usd", amount: 108_000, fee: 3_162, net: 104_838, exchange_rate: 1.08 });
    expect(account.simulator.balance()).toMatchObject({ balance: 104_838, consistent: true });
    expect(account.simulator.balance("eur")).toMatchObject({ balance: 0, transactions: 0, consistent: true });
  });

  test("is converted with the right decimals: yen and dinars become cents", async () => {
    const account = await openAccount();

    expect((await charge(account, "jpy", 1_000_000)).balance_transaction).toMatchObject({ amount: 670_000 });
    expect((await charge(account, "bhd", 1_000_000)).balance_transaction).toMatchObject({ amount: 265_000 });
    expect(account.simulator.balance()).toMatchObject({ consistent: true });
  });

  test("is refunded at the rate of the refund's day, and a failed refund returns at another", async () => {
    const account = await openAccount();
    const { stripe, simulator, advance } = account;
    const { id } = await charge(account, "eur", 100_000, "pm_card_refundFail");

    const refund = await stripe.refunds.create({ charge: id, expand: ["balance_transaction"] });
    await advance(30 * 24 * 3_600_000);
    const failed = await stripe.refunds.retrieve(refund.id, { expand: ["failure_balance_transaction"] });

    expect(refund).toMatchObject({ currency: "eur", amount: 100_000 });
    expect(refund.balance_transaction).toMatchObject({ currency: "usd", amount: -109_080 });
    expect(failed.failure_balance_transaction).toMatchObject({ currency: "usd", amount: 108_000 });
    expect(simulator.balance()).toMatchObject({ balance: 104_838 - 1_080, consistent: true });
  });
});

describe("a currency that the account settles", () => {
  test("has a separate balance, from when the account settles it", async () => {
    const account = await openAccount({ settlementCurrencies: ["usd", "jpy"] });
    await charge(account, "jpy", 250_000);
    await charge(account, "eur", 100_000);
    await account.control("/_sim/settlement", { currencies: ["usd", "jpy", "eur"] });
    await charge(account, "eur", 200_000);

    const { pending } = await account.stripe.balance.retrieve();

    expect(Object.fromEntries(pending.map(({ currency, amount }) => [currency, amount]))).toEqual({
      usd: 104_838,
      jpy: 250_000 - 7_250,
      eur: 200_000 - 5_830,
    });
    for (const currency of ["usd", "jpy", "eur"]) expect(account.simulator.balance(currency).consistent).toBe(true);
  });
});

describe("an amount", () => {
  test.each([
    ["xau", 250_000, "currency", undefined],
    ["usd", 49, "amount", "amount_too_small"],
    ["gbp", 29, "amount", "amount_too_small"],
    ["huf", 17_499, "amount", "amount_too_small"],
    ["jpy", 49, "amount", "amount_too_small"],
    ["isk", 4_900, "amount", "amount_too_small"],
    ["usd", 100_000_000, "amount", "amount_too_large"],
    ["inr", 1_000_000_000, "amount", "amount_too_large"],
    ["bhd", 250_001, "amount", "parameter_invalid_integer"],
    ["isk", 250_050, "amount", "parameter_invalid_integer"],
    ["ugx", 1_000_010, "amount", "parameter_invalid_integer"],
  ])("in %s of %i is refused", async (currency, amount, param, code) => {
    const { stripe } = await openAccount();

    const error = await refusal(stripe.paymentIntents.create(paid(currency, amount)));

    expect({ param: error.param, code: error.code, status: error.statusCode }).toEqual({ param, code, status: 400 });
  });

  test.each([
    ["gbp", 30],
    ["huf", 999_999_999],
    ["jpy", 100_000_000],
    ["inr", 999_999_999],
    ["bhd", 250_010],
    ["isk", 250_000],
  ])("in %s of %i is charged", async (currency, amount) => {
    const { stripe } = await openAccount();

    expect(await stripe.paymentIntents.create(paid(currency, amount))).toMatchObject({ status: "succeeded", amount });
  });
});
