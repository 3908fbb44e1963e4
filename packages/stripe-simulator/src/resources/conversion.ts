import { minorDigits } from "../money.ts";
import type { World } from "../world.ts";

/** The currency that the account's other currencies are converted to. */
const defaultCurrency = "usd";

/** Dollars for one of each, made up and always the same; any other currency is worth a quarter. */
const rates: Readonly<Record<string, number>> = {
  eur: 1.08,
  gbp: 1.26,
  jpy: 0.0067,
  bhd: 2.65,
  huf: 0.0027,
  cad: 0.73,
};

/** Money that leaves is converted at a rate of its own day: a hundredth worse here, so that it is seen. */
const spread = 1.01;

export type Settled = { amount: number; currency: string; exchangeRate: number | null };

/** The currencies that the account settles as themselves; dollars are always among them. */
export const settlementCurrencies = (world: World): readonly string[] =>
  world.settings.get<string[]>("settlement_currencies") ?? [defaultCurrency];

/** What comes onto the balance of an amount: itself, or what Stripe makes of it in the account's default currency. */
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
