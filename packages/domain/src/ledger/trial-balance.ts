import { type Account, chartOfAccounts } from "./accounts.ts";
import type { JournalEntry } from "./entry.ts";

/**
 * The total debits, total credits and balance of every account with postings, in minor units of one currency;
 * `balance` = debit - credit.
 */
export type TrialBalance = {
  currency: string;
  accounts: { account: Account; debit: number; credit: number; balance: number }[];
  totalDebit: number;
  totalCredit: number;
};

/** Sums the entries of one currency by account, in the chart's order. Entries of other currencies are ignored. */
export function trialBalance(entries: Iterable<JournalEntry>, currency: string): TrialBalance {
  const totals = new Map<Account, { debit: number; credit: number }>();
  for (const entry of entries) {
    if (entry.currency !== currency) continue;
    for (const { account, debit, credit } of entry.postings) {
      const sum = totals.get(account) ?? { debit: 0, credit: 0 };
      totals.set(account, { debit: sum.debit + debit, credit: sum.credit + credit });
    }
  }
  const accounts = (Object.keys(chartOfAccounts) as Account[]).flatMap((account) => {
    const sum = totals.get(account);
    return sum === undefined ? [] : [{ account, ...sum, balance: sum.debit - sum.credit }];
  });
  return {
    currency,
    accounts,
    totalDebit: accounts.reduce((sum, { debit }) => sum + debit, 0),
    totalCredit: accounts.reduce((sum, { credit }) => sum + credit, 0),
  };
}
