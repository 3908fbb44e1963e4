/**
 * The currencies of the simulated account, from docs.stripe.com/currencies as of November 2026: zero-decimal
 * currencies, special cases, minimum and maximum charge amounts. Written only from that page, so that a product's own
 * table can be compared with it.
 */
const zeroDecimal = words("bif clp djf gnf jpy kmf krw mga pyg rwf vnd vuv xaf xof xpf");
const threeDecimal = words("bhd jod kwd omr tnd");
const twoDecimal = words(`
  usd aed afn all amd ang aoa ars aud awg azn bam bbd bdt bmd bnd bob brl bsd bwp byn bzd cad cdf chf cny cop crc cve
  czk dkk dop dzd egp etb eur fjd fkp gbp gel gip gmd gtq gyd hkd hnl htg huf idr ils inr isk jmd kes kgs khr kyd kzt
  lak lbp lkr lrd lsl mad mdl mkd mmk mnt mop mur mvr mwk mxn myr mzn nad ngn nio nok npr nzd pab pen pgk php pkr pln
  qar ron rsd sar sbd scr sek sgd shp sos srd szl thb tjs top try ttd twd tzs uah ugx uyu uzs wst xcd yer zar zmw`);

/** Currencies without fractions that the API represents with two decimals, always 00. */
const withoutFractions = words("isk ugx");

/** As the page lists them, in whole currency. For unlisted ones: 50 without fractions, otherwise 0.50. */
const minimumCharge = new Map<string, number>([
  ...entries(0.3, "gbp"),
  ...entries(2, "aed myr pln ron"),
  ...entries(2.5, "dkk"),
  ...entries(3, "nok sek"),
  ...entries(4, "hkd"),
  ...entries(10, "mxn thb"),
  ...entries(15, "czk"),
  ...entries(175, "huf"),
]);

/** The maximum number of digits of an amount: eight, unless the page says more. */
const maximumDigits = new Map<string, number>([
  ...entries(9, "inr"),
  ...entries(10, "cop huf jpy"),
  ...entries(12, "idr"),
]);

function words(text: string): ReadonlySet<string> {
  return new Set(text.trim().split(/\s+/));
}

function entries(value: number, codes: string): [string, number][] {
  return codes.split(" ").map((code) => [code, value]);
}

export const isCurrency = (code: string): boolean => [zeroDecimal, twoDecimal, threeDecimal].some((of) => of.has(code));

/** The number of decimals of a currency. Amounts in the API are in its smallest unit. */
export const minorDigits = (currency: string): number =>
  zeroDecimal.has(currency) ? 0 : threeDecimal.has(currency) ? 3 : 2;

/** The step of amounts: tens with three decimals, hundreds without fractions. */
export const stepOf = (currency: string): number =>
  threeDecimal.has(currency) ? 10 : withoutFractions.has(currency) ? 100 : 1;

/** The minimum and maximum amount of one charge. */
export function chargeLimits(currency: string): { smallest: number; largest: number } {
  const whole = zeroDecimal.has(currency) || withoutFractions.has(currency);
  const minimum = minimumCharge.get(currency) ?? (whole ? 50 : 0.5);
  return {
    smallest: Math.round(minimum * 10 ** minorDigits(currency)),
    largest: 10 ** (maximumDigits.get(currency) ?? 8) - 1,
  };
}

/** An amount for a person to read; empty for a session without one. */
export function money(amount: number | null, currency: string | null): string {
  if (amount === null || currency === null) return "";
  const decimals = withoutFractions.has(currency) ? 0 : minorDigits(currency);
  const digits = { minimumFractionDigits: decimals, maximumFractionDigits: decimals };
  const format = new Intl.NumberFormat("en-US", { style: "currency", currency, ...digits });
  return format.format(amount / 10 ** minorDigits(currency));
}
