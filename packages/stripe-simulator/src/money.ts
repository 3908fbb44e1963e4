/** How many decimals an ISO 4217 currency has: amounts are in its smallest unit. */
export function minorDigits(currency: string): number {
  const format = new Intl.NumberFormat("en-US", { style: "currency", currency });
  return format.resolvedOptions().maximumFractionDigits ?? 2;
}

const currencies = new Set(Intl.supportedValuesOf("currency"));

export const isCurrency = (code: string): boolean => currencies.has(code.toUpperCase());

/** An amount as a person reads it; nothing of a session without one. */
export function money(amount: number | null, currency: string | null): string {
  if (amount === null || currency === null) return "";
  const format = new Intl.NumberFormat("en-US", { style: "currency", currency });
  return format.format(amount / 10 ** minorDigits(currency));
}
