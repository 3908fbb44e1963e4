import type { Account } from "./accounts.ts";

/** One side of an entry: exactly one of `debit` and `credit` is above zero. Minor units. */
export type Posting = { account: Account; debit: number; credit: number; bookingId?: string };

/**
 * A balanced set of postings. `reference` is unique per business fact, so that a fact told twice is posted once (I4).
 * `effectiveOn` is the calendar date of the fact; the instant of posting is added when it is stored.
 */
export type JournalEntry = {
  reference: string;
  effectiveOn: string;
  currency: string;
  postings: Posting[];
};

/** A journal entry as stored: immutable, with its id and the instant at which it was posted. */
export type PostedEntry = JournalEntry & { id: string; postedAt: string };

/** Where and when a fact belongs. `bookingId` is absent for money that belongs to no booking. */
export type FactContext = { effectiveOn: string; currency: string; bookingId?: string };

/**
 * Builds one entry that moves `amount` from the credited to the debited account, as a list: empty when the amount is
 * zero, since nothing happened then. Balanced by construction (I3). Throws on a negative or fractional amount.
 */
export function transfer(
  reference: string,
  amount: number,
  accounts: { debit: Account; credit: Account },
  { effectiveOn, currency, bookingId }: FactContext,
): JournalEntry[] {
  if (!Number.isSafeInteger(amount) || amount < 0) {
    throw new RangeError(`${reference}: an entry takes a whole amount of minor units, not ${amount}`);
  }
  if (amount === 0) return [];
  const booking = bookingId === undefined ? {} : { bookingId };
  return [
    {
      reference,
      effectiveOn,
      currency,
      postings: [
        { account: accounts.debit, debit: amount, credit: 0, ...booking },
        { account: accounts.credit, debit: 0, credit: amount, ...booking },
      ],
    },
  ];
}
