/** How many digits of a currency are its minor unit: 2 for `usd`, 0 for `jpy`, 3 for `bhd` (ISO 4217). */
export function minorDigits(currency: string): number {
  const { maximumFractionDigits } = new Intl.NumberFormat("en", {
    style: "currency",
    currency: currency.toUpperCase(),
  }).resolvedOptions();
  return maximumFractionDigits ?? 2;
}

/** An ISO 4217 code in lower case, as Stripe writes it. */
export const isCurrency = (code: string): boolean =>
  /^[a-z]{3}$/.test(code) && Intl.supportedValuesOf("currency").includes(code.toUpperCase());

/** Stripe charges nothing smaller, in minor units: docs.stripe.com/currencies, minimum and maximum charge amounts. */
export const smallestCharge = 50;

/** `percent` of an amount in minor units, rounded half up. Throws on a fractional amount or percentage. */
export function percentOf(amount: number, percent: number): number {
  if (!Number.isSafeInteger(amount) || !Number.isSafeInteger(percent)) {
    throw new RangeError(`a percentage takes whole numbers, not ${percent} of ${amount}`);
  }
  return Math.floor((amount * percent + 50) / 100);
}

/** Splits an amount into so many equal parts that add up to it, the extra minor units to the earliest. */
export function allocate(amount: number, parts: number): number[] {
  if (!Number.isSafeInteger(amount) || amount < 0 || !Number.isSafeInteger(parts) || parts < 1) {
    throw new RangeError(`cannot split ${amount} into ${parts} parts`);
  }
  const each = Math.floor(amount / parts);
  const extra = amount - each * parts;
  return Array.from({ length: parts }, (_, index) => (index < extra ? each + 1 : each));
}

/** An amount as people read it, in the currency's own digits: `$2,500.00`. */
export function formatMoney(amount: number, currency: string): string {
  const digits = minorDigits(currency);
  // Text keeps every digit; a division would not.
  const text = String(Math.abs(amount)).padStart(digits + 1, "0");
  const decimal = digits === 0 ? text : `${text.slice(0, -digits)}.${text.slice(-digits)}`;
  const format = new Intl.NumberFormat("en-US", { style: "currency", currency: currency.toUpperCase() });
  return format.format(`${amount < 0 ? "-" : ""}${decimal}` as Intl.StringNumericLiteral);
}
