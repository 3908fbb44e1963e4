import { type CurrencyRule, currencies } from "./currencies.ts";

const rules: ReadonlyMap<string, CurrencyRule> = new Map(Object.entries(currencies));

/** Every currency that is supported, as ISO 4217 codes in lower case. */
export const supportedCurrencies: readonly string[] = [...rules.keys()];

/** A supported currency: an ISO 4217 code in lower case, as Stripe writes it. */
export const isCurrency = (code: string): boolean => rules.has(code);

function ruleOf(currency: string): CurrencyRule {
  const rule = rules.get(currency);
  if (rule === undefined) throw new RangeError(`${currency} is no supported currency`);
  return rule;
}

/**
 * How many digits of an amount stand after the point: 2 for `usd` and `huf`, 0 for `jpy`, 3 for `bhd`. Another system
 * on the Stripe account may use a currency that is not in the table: all of those have two digits at Stripe.
 */
export const minorDigits = (currency: string): number => rules.get(currency)?.stripe ?? 2;

/** Every amount of a currency is a multiple of this many minor units. Throws for an unsupported currency. */
export const stepOf = (currency: string): number => ruleOf(currency).step;

/** The least that one charge may be, in minor units. Throws for an unsupported currency. */
export const smallestCharge = (currency: string): number => ruleOf(currency).smallest;

/** The most that one charge may be, in minor units. Throws for an unsupported currency. */
export const largestCharge = (currency: string): number => ruleOf(currency).largest;

/** The most that any currency allows in one charge: the bound of an amount whose currency is not known yet. */
export const largestAmount: number = Math.max(...[...rules.values()].map(({ largest }) => largest));

/** Why an amount is none of this currency, in words for its field; null when it is one. */
export function amountProblem(amount: number, currency: string): string | null {
  const { step, largest } = ruleOf(currency);
  if (amount % step !== 0) return `Must be a multiple of ${step} minor units in ${currency}`;
  return amount > largest ? `Must be at most ${largest} minor units, ${formatMoney(largest, currency)}` : null;
}

/** Why an amount cannot be charged at once, in words for its field; null when it can. */
export function chargeProblem(amount: number, currency: string): string | null {
  const smallest = smallestCharge(currency);
  if (amount < smallest) return `Must be at least ${smallest} minor units, ${formatMoney(smallest, currency)}`;
  return amountProblem(amount, currency);
}

/** A field's problem as a clause about a subject: "The deposit must be at least 50 minor units, $0.50". */
export const problemOf = (subject: string, problem: string): string =>
  `${subject} ${problem.charAt(0).toLowerCase()}${problem.slice(1)}`;

/**
 * `percent` of an amount in minor units, rounded half up to the currency's step. Throws on a fractional amount or
 * percentage, and for an unsupported currency.
 */
export function percentOf(amount: number, percent: number, currency: string): number {
  if (!Number.isSafeInteger(amount) || !Number.isSafeInteger(amount * 100) || !Number.isSafeInteger(percent)) {
    throw new RangeError(`a percentage takes whole numbers, not ${percent} of ${amount}`);
  }
  const hundredths = 100 * stepOf(currency);
  return Math.floor((amount * percent + hundredths / 2) / hundredths) * stepOf(currency);
}

/**
 * `percent` of an amount in minor units, rounded down to the currency's step: the most that does not exceed it. Throws as
 * `percentOf` does.
 */
export function shareWithin(amount: number, percent: number, currency: string): number {
  const rounded = percentOf(amount, percent, currency);
  return rounded * 100 > amount * percent ? rounded - stepOf(currency) : rounded;
}

/**
 * Splits an amount into so many equal parts that add up to it, each a multiple of the currency's step, the extra steps
 * to the earliest. Throws on an amount that is not a multiple of the step itself.
 */
export function allocate(amount: number, parts: number, currency: string): number[] {
  const step = stepOf(currency);
  const steps = amount / step;
  if (!Number.isSafeInteger(steps) || amount < 0 || !Number.isSafeInteger(parts) || parts < 1) {
    throw new RangeError(`cannot split ${amount} ${currency} into ${parts} parts`);
  }
  const each = Math.floor(steps / parts);
  const extra = steps - each * parts;
  return Array.from({ length: parts }, (_, index) => (index < extra ? each + 1 : each) * step);
}

/** An amount as a decimal in its currency's digits, without a float in between: `-1234.50`. */
export function plainDecimal(amount: number, currency: string): string {
  const digits = minorDigits(currency);
  const text = String(Math.abs(amount)).padStart(digits + 1, "0");
  const whole = digits === 0 ? text : `${text.slice(0, -digits)}.${text.slice(-digits)}`;
  return `${amount < 0 ? "-" : ""}${whole}`;
}

/**
 * An amount as people read it: `$2,500.00`, `HUF 2,500.00`. Digits that the currency does not have are left out when
 * they are zero: 250000 of `isk` are `ISK 2,500`.
 */
export function formatMoney(amount: number, currency: string): string {
  const digits = minorDigits(currency);
  const whole = rules.get(currency)?.iso === 0 && amount % 10 ** digits === 0;
  const shown = whole ? 0 : digits;
  const format = new Intl.NumberFormat("en-US", {
    style: "currency",
    currency: currency.toUpperCase(),
    minimumFractionDigits: shown,
    maximumFractionDigits: shown,
  });
  // Text keeps every digit; a division would not.
  return format.format(plainDecimal(amount, currency) as Intl.StringNumericLiteral);
}
