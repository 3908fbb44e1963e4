import type { DomainEvent } from "../event/index.ts";
import type { Instant } from "../time/index.ts";
import { type FactContext, type JournalEntry, journalEntry } from "./entry.ts";

/**
 * How Stripe booked money on its balance: one balance transaction. `amount` is gross and above zero, and with `fee` in
 * `currency`, that of the balance, which is another than the charge's where the account does not settle that one.
 */
export type Booked = { balanceTransactionId: string; amount: number; fee: number; currency: string; at: Instant };

/**
 * What a balance transaction adds to the entry of its charge or refund: Stripe's fee and, where Stripe converted, two
 * entries that take the amount from `stripe_balance` in its own currency and put what Stripe made of it there in the
 * other. Both stand in `suspense` until a person decides on them: no rate is guessed. `direction`: money came in or went
 * out; `at` is the fact's own context, `at.currency` its own currency.
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

/**
 * What is told of an entry when it is posted: that Stripe converted money, by the first entry of each conversion. Null
 * for every other entry.
 */
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

/** Stripe's fee on one balance transaction, below zero where Stripe gives one back. */
function stripeFee({ balanceTransactionId: id, fee }: Pick<Booked, "balanceTransactionId" | "fee">, at: FactContext) {
  const taken = { debit: "processing_fees", credit: "stripe_balance" } as const;
  const givenBack = { debit: "stripe_balance", credit: "processing_fees" } as const;
  return journalEntry(`fee:${id}`, [{ ...(fee < 0 ? givenBack : taken), amount: Math.abs(fee) }], at);
}
