import { chartOfAccounts, type PostedEntry } from "@clearing/domain/ledger";
import { minorDigits } from "@clearing/domain/money";

/** A journal that `hledger check` accepts; its balances are the trial balance's, each account under its class. */
export function hledgerOf(entries: PostedEntry[]): string {
  const accounts = Object.keys(chartOfAccounts).map(
    (account) => `account ${nameOf(account as keyof typeof chartOfAccounts)}`,
  );
  const currencies = [...new Set(entries.map(({ currency }) => currency))];
  const commodities = currencies.map((currency) => `commodity ${sample(currency)}`);
  // hledger reads by date: entries of one date stay in the order of their posting.
  const byDate = entries.toSorted((a, b) =>
    a.effectiveOn === b.effectiveOn ? 0 : a.effectiveOn < b.effectiveOn ? -1 : 1,
  );
  return `${[...commodities, ...accounts, "", ...byDate.map(transaction)].join("\n")}\n`;
}

const nameOf = (account: keyof typeof chartOfAccounts): string => `${chartOfAccounts[account]}:${account}`;

const sample = (currency: string): string => {
  const digits = minorDigits(currency);
  return `1000.${"0".repeat(digits)} ${currency.toUpperCase()}`;
};

function transaction({ id, reference, effectiveOn, currency, postings }: PostedEntry): string {
  const lines = postings.map(({ account, debit, credit, bookingId }) => {
    const comment = bookingId === undefined ? "" : `  ; booking:${bookingId}`;
    return `    ${nameOf(account)}  ${decimal(debit - credit, currency)}${comment}`;
  });
  return [`${effectiveOn} * (${id}) ${reference}`, ...lines, ""].join("\n");
}

/** Minor units as hledger's decimals, without a float in between. */
function decimal(amount: number, currency: string): string {
  const digits = minorDigits(currency);
  const text = String(Math.abs(amount)).padStart(digits + 1, "0");
  const whole = digits === 0 ? text : `${text.slice(0, -digits)}.${text.slice(-digits)}`;
  return `${amount < 0 ? "-" : ""}${whole} ${currency.toUpperCase()}`;
}
