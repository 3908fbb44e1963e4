import { type JournalEntry, transfer } from "./entry.ts";

/** Where and when a fact belongs. `bookingId` is absent for money that belongs to no booking. */
export type FactContext = { effectiveOn: string; currency: string; bookingId?: string };

/** A due, or the part of it that a payment covers, is billed. `part` tells parts of one due apart. */
export function dueBilled(fact: { dueId: string; part: string; amount: number }, at: FactContext): JournalEntry[] {
  return transfer(
    `due-billed:${fact.dueId}:${fact.part}`,
    fact.amount,
    { debit: "receivable", credit: "deferred_revenue" },
    at,
  );
}

/** A Stripe charge that pays a due, gross. */
export function paymentSettled(fact: { chargeId: string; amount: number }, at: FactContext): JournalEntry[] {
  return transfer(`payment:${fact.chargeId}`, fact.amount, { debit: "stripe_balance", credit: "receivable" }, at);
}

/** A Stripe charge that pays nothing we are owed: all of it goes back. */
export function paymentToReturn(fact: { chargeId: string; amount: number }, at: FactContext): JournalEntry[] {
  return transfer(`payment:${fact.chargeId}`, fact.amount, { debit: "stripe_balance", credit: "refunds_payable" }, at);
}

/** A Stripe charge that belongs to nothing known. */
export function paymentUnknown(fact: { chargeId: string; amount: number }, at: FactContext): JournalEntry[] {
  return transfer(`payment:${fact.chargeId}`, fact.amount, { debit: "stripe_balance", credit: "suspense" }, at);
}

/** Stripe's fee on one balance transaction. */
export function stripeFee(fact: { balanceTransactionId: string; fee: number }, at: FactContext): JournalEntry[] {
  return transfer(
    `fee:${fact.balanceTransactionId}`,
    fact.fee,
    { debit: "processing_fees", credit: "stripe_balance" },
    at,
  );
}

/** What was billed and never paid is taken back when a booking ends early. */
export function unpaidReversed(fact: { bookingId: string; amount: number }, at: FactContext): JournalEntry[] {
  return transfer(
    `unpaid-reversed:${fact.bookingId}`,
    fact.amount,
    { debit: "deferred_revenue", credit: "receivable" },
    at,
  );
}

/** What a cancellation keeps: net paid less refund. `occasion` tells a later payment's share from the first. */
export function keptAtCancellation(
  fact: { bookingId: string; occasion: string; amount: number },
  at: FactContext,
): JournalEntry[] {
  return transfer(
    `kept:${fact.bookingId}:${fact.occasion}`,
    fact.amount,
    { debit: "deferred_revenue", credit: "fee_income" },
    at,
  );
}

/** A refund is owed: from what is deferred, after completion from what was earned, after an ending from what was kept. */
export function refundOwed(
  fact: { refundId: string; amount: number; from?: "deferred_revenue" | "earned_revenue" | "fee_income" },
  at: FactContext,
): JournalEntry[] {
  return transfer(
    `refund-owed:${fact.refundId}`,
    fact.amount,
    { debit: fact.from ?? "deferred_revenue", credit: "refunds_payable" },
    at,
  );
}

/** A refund made outside Clearing on a charge that belongs to nothing known. */
export function unknownRefundOwed(fact: { refundId: string; amount: number }, at: FactContext): JournalEntry[] {
  return transfer(`refund-owed:${fact.refundId}`, fact.amount, { debit: "suspense", credit: "refunds_payable" }, at);
}

/** Stripe took a refund from its balance (its balance transaction exists, pending or not). */
export function refundTaken(fact: { balanceTransactionId: string; amount: number }, at: FactContext): JournalEntry[] {
  return transfer(
    `refund-taken:${fact.balanceTransactionId}`,
    fact.amount,
    { debit: "refunds_payable", credit: "stripe_balance" },
    at,
  );
}

/** A refund failed later: the money is back in Stripe's balance and still owed to the client. */
export function refundReturned(
  fact: { balanceTransactionId: string; amount: number },
  at: FactContext,
): JournalEntry[] {
  return transfer(
    `refund-returned:${fact.balanceTransactionId}`,
    fact.amount,
    { debit: "stripe_balance", credit: "refunds_payable" },
    at,
  );
}

/** The retreat took place: the booking's deferred revenue is earned. */
export function revenueEarned(fact: { bookingId: string; amount: number }, at: FactContext): JournalEntry[] {
  return transfer(
    `completion:${fact.bookingId}`,
    fact.amount,
    { debit: "deferred_revenue", credit: "earned_revenue" },
    at,
  );
}
