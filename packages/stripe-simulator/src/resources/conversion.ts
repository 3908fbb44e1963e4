import { minorDigits } from "../money.ts";
import type { World } from "../world.ts";

/** The currency that the account's other currencies are converted to. */
const defaultCurrency = "usd";

/** Fixed fictitious rates in dollars; any other currency is worth a quarter. */
const rates: Readonly<Record<string, number>> = {
  eur: 1.08,
  gbp: 1.26,
  jpy: 0.0067,
  bhd: 2.65,
  huf: 0.0027,
  cad: 0.73,
};

/**
 * Money that leaves is converted at the rate of its own day. Here that rate is one percent worse, so that tests can see
 * the difference.
 */
const spread = 1.01;

export type Settled = { amount: number; currency: string; exchangeRate: number | null };

/** The currencies that the account settles without conversion. Dollars are always among them. */
export const settlementCurrencies = (world: World): readonly string[] =>
  world.settings.get<string[]>("settlement_currencies") ?? [defaultCurrency];

/** The amount as booked on the balance: unchanged, or converted to the account's default currency. */
export function settle(world: World, amount: number, currency: string): Settled {
  if (currency === defaultCurrency || settlementCurrencies(world).includes(currency)) {
    return { amount, currency, exchangeRate: null };
  }
  return { ...convert(amount, currency), currency: defaultCurrency };
}

/** Source: docs.stripe.com/currencies/conversions. */
export function convert(amount: number, currency: string): { amount: number; exchangeRate: number } {
  const dollars = (rates[currency] ?? 0.25) * (amount < 0 ? spread : 1);
  const exchangeRate = Number((dollars * 10 ** (2 - minorDigits(currency))).toPrecision(8));
  return { amount: Math.round(amount * exchangeRate), exchangeRate };
}
