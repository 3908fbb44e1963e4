import { remembered } from "../time/remembered.ts";
import { type CurrencyRule, currencies } from "./currencies.ts";

const rules: ReadonlyMap<string, CurrencyRule> = new Map(Object.entries(currencies));

/** Every supported currency, as lowercase ISO 4217 codes. */
export const supportedCurrencies: readonly string[] = [...rules.keys()];

/** Whether a code is a supported currency: a lowercase ISO 4217 code, as Stripe writes it. */
export const isCurrency = (code: string): boolean => rules.has(code);

function ruleOf(currency: string): CurrencyRule {
  const rule = rules.get(currency);
  if (rule === undefined) throw new RangeError(`${currency} is not a supported currency`);
  return rule;
}

/**
 * The decimal digits of a currency's amounts: 2 for `usd` and `huf`, 0 for `jpy`, 3 for `bhd`. Another system on the
 * Stripe account may use an unlisted currency; all of those have two digits at Stripe.
 */
export const minorDigits = (currency: string): number => rules.get(currency)?.stripe ?? 2;

/** Every amount of a currency is a multiple of this many minor units. Throws for an unsupported currency. */
export const stepOf = (currency: string): number => ruleOf(currency).step;

/** The smallest charge, in minor units. Throws for an unsupported currency. */
export const smallestCharge = (currency: string): number => ruleOf(currency).smallest;

/** The largest charge, in minor units. Throws for an unsupported currency. */
export const largestCharge = (currency: string): number => ruleOf(currency).largest;

/** The largest charge of any currency: the limit of an amount whose currency is not known yet. */
export const largestAmount: number = Math.max(...[...rules.values()].map(({ largest }) => largest));

/**
 * Why an amount is not valid in this currency, as its field's message; null if it is. Throws for an unsupported
 * currency.
 */
export function amountProblem(amount: number, currency: string): string | null {
  const { step, largest } = ruleOf(currency);
  if (amount % step !== 0) return `Must be a multiple of ${step} minor units in ${currency}`;
  return amount > largest ? `Must be at most ${largest} minor units (${formatMoney(largest, currency)})` : null;
}

/**
 * Why an amount cannot be collected in one charge, as its field's message; null if it can. Throws for an unsupported
 * currency.
 */
export function chargeProblem(amount: number, currency: string): string | null {
  const smallest = smallestCharge(currency);
  if (amount < smallest) return `Must be at least ${smallest} minor units (${formatMoney(smallest, currency)})`;
  return amountProblem(amount, currency);
}

/** A field's message as a clause with a subject: "The deposit must be at least 50 minor units ($0.50)". */
export const problemOf = (subject: string, problem: string): string =>
  `${subject} ${problem.charAt(0).toLowerCase()}${problem.slice(1)}`;

/**
 * `percent` of an amount in minor units, rounded half up to the currency's step. Throws on a fractional amount or
 * percentage, and for an unsupported currency.
 */
export function percentOf(amount: number, percent: number, currency: string): number {
  if (!Number.isSafeInteger(amount) || !Number.isSafeInteger(amount * 100) || !Number.isSafeInteger(percent)) {
    throw new RangeError(`the percentage and the amount must be whole numbers, not ${percent} and ${amount}`);
  }
  const hundredths = 100 * stepOf(currency);
  return Math.floor((amount * percent + hundredths / 2) / hundredths) * stepOf(currency);
}

/**
 * `percent` of an amount in minor units, rounded to the currency's step without exceeding it. Throws as `percentOf`
 * does.
 */
export function shareWithin(amount: number, percent: number, currency: string): number {
  const rounded = percentOf(amount, percent, currency);
  return rounded * 100 > amount * percent ? rounded - stepOf(currency) : rounded;
}

/**
 * Splits an amount into `parts` that add up to it (largest remainder). They are multiples of the currency's step and as
 * equal as possible; the earliest get the extra steps. Throws on an amount that is not a multiple of the step.
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

/** An amount as a decimal with its currency's digits, without floats: `-1234.50`. */
export function plainDecimal(amount: number, currency: string): string {
  const digits = minorDigits(currency);
  const text = String(Math.abs(amount)).padStart(digits + 1, "0");
  const whole = digits === 0 ? text : `${text.slice(0, -digits)}.${text.slice(-digits)}`;
  return `${amount < 0 ? "-" : ""}${whole}`;
}

/**
 * An amount as people read it: `$2,500.00`, `HUF 2,500.00`. Omits decimal digits that the currency does not have, if
 * they are zero: 250000 of `isk` gives `ISK 2,500`.
 */
export function formatMoney(amount: number, currency: string): string {
  const digits = minorDigits(currency);
  const whole = rules.get(currency)?.iso === 0 && amount % 10 ** digits === 0;
  // Formats the decimal text: a division would lose digits of large amounts.
  return formatOf(currency, whole ? 0 : digits).format(plainDecimal(amount, currency) as Intl.StringNumericLiteral);
}

/** Making a format takes as long as a dozen uses of it. */
const formatOf = remembered((currency: string, digits: number) => {
  const fraction = { minimumFractionDigits: digits, maximumFractionDigits: digits };
  return new Intl.NumberFormat("en-US", { style: "currency", currency: currency.toUpperCase(), ...fraction });
});
