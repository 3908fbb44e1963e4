import { chartOfAccounts, type PostedEntry } from "@clearing/domain/ledger";
import { minorDigits, plainDecimal } from "@clearing/domain/money";
import { dateIn } from "@clearing/domain/time";

/**
 * A journal that `hledger check` accepts. Its balances equal the trial balance on every date, with each account under
 * its class. Entries are in the order of posting. Their date is that of the posting in `zone`, as in all reports; the
 * fact's date is hledger's secondary date.
 */
export function hledgerOf(entries: PostedEntry[], zone: string): string {
  const accounts = Object.keys(chartOfAccounts).map(
    (account) => `account ${nameOf(account as keyof typeof chartOfAccounts)}`,
  );
  const currencies = [...new Set(entries.map(({ currency }) => currency))];
  const commodities = currencies.map((currency) => `commodity ${sample(currency)}`);
  const transactions = entries.map((entry) => transaction(entry, dateIn(zone, entry.postedAt)));
  return `${[...commodities, ...accounts, "", ...transactions].join("\n")}\n`;
}

const nameOf = (account: keyof typeof chartOfAccounts): string => `${chartOfAccounts[account]}:${account}`;

const sample = (currency: string): string => {
  const digits = minorDigits(currency);
  return `1000.${"0".repeat(digits)} ${currency.toUpperCase()}`;
};

function transaction({ id, reference, effectiveOn, currency, postings }: PostedEntry, postedOn: string): string {
  const lines = postings.map(({ account, debit, credit, bookingId }) => {
    const comment = bookingId === undefined ? "" : `  ; booking:${bookingId}`;
    return `    ${nameOf(account)}  ${plainDecimal(debit - credit, currency)} ${currency.toUpperCase()}${comment}`;
  });
  return [`${postedOn}=${effectiveOn} * (${id}) ${reference}`, ...lines, ""].join("\n");
}
