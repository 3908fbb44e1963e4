/**
 * The rules of one currency. Amounts are whole numbers of Stripe's minor unit.
 * - `iso`: decimal digits by ISO 4217, as people read an amount.
 * - `stripe`: decimal digits of Stripe's minor unit. If there are more than `iso`, the last ones are always zero.
 * - `step`: every amount is a multiple of it, in minor units.
 * - `smallest`, `largest`: the limits of one charge, in minor units.
 */
export type CurrencyRule = { iso: number; stripe: number; step: number; smallest: number; largest: number };

const digits = (count: number): number => 10 ** count - 1;

/** The default: two decimal digits, charges from 0.50 to eight digits. */
const usual: CurrencyRule = { iso: 2, stripe: 2, step: 1, smallest: 50, largest: digits(8) };
const whole: CurrencyRule = { ...usual, iso: 0, stripe: 0 };
/** Stripe's partners do not take the third decimal digit, so it must be zero. */
const thousandths: CurrencyRule = { ...usual, iso: 3, stripe: 3, step: 10, smallest: 500 };
/** The currency no longer has a fraction, but Stripe takes two decimal digits, which must be zero. */
const wholeInHundredths: CurrencyRule = { ...usual, iso: 0, step: 100, smallest: 5_000 };

/**
 * Every currency that a program may use, by its lowercase ISO 4217 code.
 * Sources: ISO 4217, list one (amendment 179); docs.stripe.com/currencies, read on 2026-11-26: zero-decimal currencies,
 * special cases, minimum and maximum charge amounts. Maximums are those of all payment methods; HUF and JPY have the
 * higher one of cards, since no bank debit takes them. If Stripe lists no minimum, the row has its kind's: 0.50, or 50
 * for a currency without decimals.
 */
export const currencies = {
  usd: usual,
  aed: { ...usual, smallest: 200 },
  ars: usual,
  aud: usual,
  bhd: thousandths,
  bif: whole,
  brl: usual,
  cad: usual,
  chf: usual,
  clp: whole,
  cop: { ...usual, largest: digits(10) },
  czk: { ...usual, smallest: 1_500 },
  djf: whole,
  dkk: { ...usual, smallest: 250 },
  eur: usual,
  gbp: { ...usual, smallest: 30 },
  gnf: whole,
  hkd: { ...usual, smallest: 400 },
  huf: { ...usual, smallest: 17_500, largest: digits(10) },
  idr: { ...usual, largest: digits(12) },
  ils: usual,
  inr: { ...usual, largest: digits(9) },
  isk: wholeInHundredths,
  jod: thousandths,
  jpy: { ...whole, largest: digits(10) },
  kmf: whole,
  krw: whole,
  kwd: thousandths,
  mga: { ...whole, iso: 2 },
  mxn: { ...usual, smallest: 1_000 },
  myr: { ...usual, smallest: 200 },
  nok: { ...usual, smallest: 300 },
  nzd: usual,
  omr: thousandths,
  php: usual,
  pln: { ...usual, smallest: 200 },
  pyg: whole,
  ron: { ...usual, smallest: 200 },
  rwf: whole,
  sek: { ...usual, smallest: 300 },
  sgd: usual,
  thb: { ...usual, smallest: 1_000 },
  tnd: thousandths,
  twd: usual,
  ugx: wholeInHundredths,
  vnd: whole,
  vuv: whole,
  xaf: whole,
  xof: whole,
  xpf: whole,
  zar: usual,
} as const satisfies Record<string, CurrencyRule>;
