import type { Account } from "./accounts.ts";

/** One side of an entry, in minor units: exactly one of `debit` and `credit` is above zero. */
export type Posting = { account: Account; debit: number; credit: number; bookingId?: string };

/**
 * A balanced set of postings. `reference` is unique per business fact, so that a fact reported twice is posted once
 * (I4). `effectiveOn` is the calendar date of the fact; the instant of posting is added when the entry is stored.
 */
export type JournalEntry = {
  reference: string;
  effectiveOn: string;
  currency: string;
  postings: Posting[];
};

/** A stored journal entry: immutable, with its id and the instant of its posting. */
export type PostedEntry = JournalEntry & { id: string; postedAt: string };

/** The date, currency and booking of a fact. `bookingId` is absent for money that belongs to no booking. */
export type FactContext = { effectiveOn: string; currency: string; bookingId?: string };

/** An amount (minor units, at least 0) from the credited to the debited account. */
export type Move = { debit: Account; credit: Account; amount: number };

/**
 * Builds one entry from any number of moves. Each move balances, so the entry does too (I3). It has at most one posting
 * per account and side, debits first; moves of zero add no posting. Returns a list, which is empty if nothing moves.
 * Throws on a negative or fractional amount, and on a sum beyond the safe integers.
 */
export function journalEntry(
  reference: string,
  moves: readonly Move[],
  { effectiveOn, currency, bookingId }: FactContext,
): JournalEntry[] {
  const debits = sums(reference, moves, "debit");
  const credits = sums(reference, moves, "credit");
  if (debits.size === 0) return [];
  const booking = bookingId === undefined ? {} : { bookingId };
  const postings = [
    ...[...debits].map(([account, debit]) => ({ account, debit, credit: 0, ...booking })),
    ...[...credits].map(([account, credit]) => ({ account, debit: 0, credit, ...booking })),
  ];
  return [{ reference, effectiveOn, currency, postings }];
}

/** The sums of one side by account, in the order of the moves. */
function sums(reference: string, moves: readonly Move[], side: "debit" | "credit"): Map<Account, number> {
  const byAccount = new Map<Account, number>();
  for (const { amount, [side]: account } of moves) {
    const sum = (byAccount.get(account) ?? 0) + amount;
    if (amount < 0 || !Number.isSafeInteger(amount) || !Number.isSafeInteger(sum)) {
      throw new RangeError(`${reference}: an amount must be a whole number of minor units, at least 0, not ${amount}`);
    }
    if (amount > 0) byAccount.set(account, sum);
  }
  return byAccount;
}
