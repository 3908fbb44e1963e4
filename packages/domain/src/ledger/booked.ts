import type { DomainEvent } from "../event/index.ts";
import type { Instant } from "../time/index.ts";
import { type FactContext, type JournalEntry, journalEntry } from "./entry.ts";

/**
 * A Stripe balance transaction. `amount` is gross and above zero; `amount` and `fee` are in `currency`, the currency of
 * the balance. It differs from the charge's currency if the account does not settle that one.
 */
export type Booked = { balanceTransactionId: string; amount: number; fee: number; currency: string; at: Instant };

/**
 * The entries that a balance transaction adds to its charge or refund: Stripe's fee and, if Stripe converted the money,
 * two more. One moves the amount from `stripe_balance` to `suspense` in its own currency; the other moves the converted
 * amount from `suspense` to `stripe_balance` in the balance's currency (reversed for `out`). Both stay in `suspense`
 * until a person decides; no exchange rate is assumed. `direction` is that of the money; `at.currency` is the charge's
 * own currency.
 */
export function bookingEntries(
  { amount, direction, booked }: { amount: number; direction: "in" | "out"; booked: Booked },
  at: FactContext,
): JournalEntry[] {
  const { balanceTransactionId: id, fee } = booked;
  const there = { ...at, currency: booked.currency };
  const leaves = { debit: "suspense", credit: "stripe_balance" } as const;
  const comes = { debit: "stripe_balance", credit: "suspense" } as const;
  const [own, other] = direction === "in" ? [leaves, comes] : [comes, leaves];
  return [
    ...(booked.currency !== at.currency
      ? [
          ...journalEntry(`converted-from:${id}`, [{ ...own, amount }], at),
          ...journalEntry(`converted-to:${id}`, [{ ...other, amount: booked.amount }], there),
        ]
      : []),
    ...stripeFee({ balanceTransactionId: id, fee }, there),
  ];
}

/** The event of a currency conversion, for the first of its two entries; null for every other entry. */
export function conversionEvent({ reference, currency, postings }: JournalEntry, entryId: string): DomainEvent | null {
  if (!reference.startsWith("converted-from:")) return null;
  const amount = postings.reduce((sum, { debit }) => sum + debit, 0);
  const bookingId = postings.find((posting) => posting.bookingId !== undefined)?.bookingId ?? null;
  return {
    name: "MoneyConverted",
    subject: { type: "entry", id: entryId, version: 1 },
    data: { reference, bookingId, amount, currency },
  };
}

/** Stripe's fee on one balance transaction; below zero if Stripe returns one. */
function stripeFee({ balanceTransactionId: id, fee }: Pick<Booked, "balanceTransactionId" | "fee">, at: FactContext) {
  const taken = { debit: "processing_fees", credit: "stripe_balance" } as const;
  const givenBack = { debit: "stripe_balance", credit: "processing_fees" } as const;
  return journalEntry(`fee:${id}`, [{ ...(fee < 0 ? givenBack : taken), amount: Math.abs(fee) }], at);
}
