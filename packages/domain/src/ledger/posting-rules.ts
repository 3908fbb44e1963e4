import type { Account } from "./accounts.ts";
import { type Booked, bookingEntries } from "./booked.ts";
import { type FactContext, type JournalEntry, journalEntry, type Move } from "./entry.ts";
import type { Parts } from "./parts.ts";

/** What a due's parts are credited to when they are billed; the reversal of a bill debits the same accounts. */
const billedTo = {
  principal: "deferred_revenue",
  interest: "interest_income",
  fee: "fee_income",
  tax: "tax_payable",
} as const;

/** After the completion: price and tax were posted then, and stand in `financing_receivable` until they are billed. */
const billedToAfterCompletion = {
  ...billedTo,
  principal: "financing_receivable",
  tax: "financing_receivable",
} as const satisfies Record<keyof Parts, Account>;

/** Where and when a due is billed, and whether its booking is completed by then. */
export type BillingContext = FactContext & { completed: boolean };

/** A due, or some of it, is billed. `billing` counts the due's bills from 1 on: a due that is planned again is billed again. */
export function dueBilled(fact: { dueId: string; billing: number; parts: Parts }, at: BillingContext): JournalEntry[] {
  const credits = at.completed ? billedToAfterCompletion : billedTo;
  const move = (part: keyof Parts): Move => ({ debit: "receivable", credit: credits[part], amount: fact.parts[part] });
  const moves = [move("principal"), move("tax"), move("interest"), move("fee")];
  return journalEntry(`due-billed:${fact.dueId}:${fact.billing}`, moves, at);
}

/** A Stripe charge that pays a due, gross; what exceeds that goes back. */
export function paymentSettled(
  { chargeId, amount, excess = 0 }: { chargeId: string; amount: number; excess?: number },
  at: FactContext,
): JournalEntry[] {
  return journalEntry(
    `payment:${chargeId}`,
    [
      { debit: "stripe_balance", credit: "receivable", amount },
      { debit: "stripe_balance", credit: "refunds_payable", amount: excess },
    ],
    at,
  );
}

/** A Stripe charge that pays nothing we are owed: all of it goes back. */
export function paymentToReturn(fact: { chargeId: string; amount: number }, at: FactContext): JournalEntry[] {
  return journalEntry(
    `payment:${fact.chargeId}`,
    [{ debit: "stripe_balance", credit: "refunds_payable", amount: fact.amount }],
    at,
  );
}

/** A Stripe charge that belongs to nothing known. */
export function paymentUnknown(fact: { chargeId: string; amount: number }, at: FactContext): JournalEntry[] {
  return journalEntry(
    `payment:${fact.chargeId}`,
    [{ debit: "stripe_balance", credit: "suspense", amount: fact.amount }],
    at,
  );
}

/** What was billed and never paid is taken back when a booking ends early. */
export function unpaidReversed(fact: { bookingId: string; parts: Parts }, at: FactContext): JournalEntry[] {
  const move = (part: keyof Parts): Move => ({ debit: billedTo[part], credit: "receivable", amount: fact.parts[part] });
  const moves = [move("principal"), move("tax"), move("interest"), move("fee")];
  return journalEntry(`unpaid-reversed:${fact.bookingId}`, moves, at);
}

/** Interest that was paid before it was earned pays a part of the payoff that a charge pays the rest of. */
export function interestUnearned(fact: { attemptId: string; amount: number }, at: FactContext): JournalEntry[] {
  const move: Move = { debit: billedTo.interest, credit: "receivable", amount: fact.amount };
  return journalEntry(`interest-unearned:${fact.attemptId}`, [move], at);
}

/**
 * Staff waive what is unpaid of a due: each part is taken back from where it was credited. What is not billed yet was
 * credited only if the booking is completed, and only its price and tax. `waiver` tells one waiver of a due from another.
 */
export function dueWaived(
  fact: { dueId: string; waiver: number; billed: Parts; notBilled: Parts },
  at: BillingContext,
): JournalEntry[] {
  const price = at.completed ? "earned_revenue" : "deferred_revenue";
  const debits = { ...billedTo, principal: price } as const;
  const billed = (part: keyof Parts): Move => ({
    debit: debits[part],
    credit: "receivable",
    amount: fact.billed[part],
  });
  const earned = (part: "principal" | "tax"): Move => ({
    debit: debits[part],
    credit: "financing_receivable",
    amount: at.completed ? fact.notBilled[part] : 0,
  });
  const moves = [billed("principal"), billed("tax"), billed("interest"), billed("fee"), earned("principal")];
  return journalEntry(`due-waived:${fact.dueId}:${fact.waiver}`, [...moves, earned("tax")], at);
}

/**
 * What a cancellation keeps of price and tax: net paid less refund. Interest that is kept stays where it is. `occasion`
 * tells a later payment's share from the first.
 */
export function keptAtCancellation(
  fact: { bookingId: string; occasion: string; parts: Pick<Parts, "principal" | "tax"> },
  at: FactContext,
): JournalEntry[] {
  const move = (part: "principal" | "tax"): Move => ({
    debit: billedTo[part],
    credit: "fee_income",
    amount: fact.parts[part],
  });
  return journalEntry(`kept:${fact.bookingId}:${fact.occasion}`, [move("principal"), move("tax")], at);
}

/**
 * A refund is owed, each part from where it was credited: its price (`from`) from what is deferred, after completion from
 * what was earned, after an ending from what was kept.
 */
export function refundOwed(
  fact: { refundId: string; parts: Parts; from?: "deferred_revenue" | "earned_revenue" | "fee_income" },
  at: FactContext,
): JournalEntry[] {
  const { refundId, parts, from = "deferred_revenue" } = fact;
  const debits = { ...billedTo, principal: from } as const;
  const move = (part: keyof Parts): Move => ({ debit: debits[part], credit: "refunds_payable", amount: parts[part] });
  return journalEntry(`refund-owed:${refundId}`, [move("principal"), move("tax"), move("interest"), move("fee")], at);
}

/** A refund made outside Clearing on a charge that belongs to nothing known. */
export function unknownRefundOwed(fact: { refundId: string; amount: number }, at: FactContext): JournalEntry[] {
  return journalEntry(
    `refund-owed:${fact.refundId}`,
    [{ debit: "suspense", credit: "refunds_payable", amount: fact.amount }],
    at,
  );
}

/** Stripe took a refund from its balance (its balance transaction exists, pending or not). */
export function refundTaken(fact: { amount: number; booked: Booked }, at: FactContext): JournalEntry[] {
  const { amount, booked } = fact;
  const accounts = { debit: "refunds_payable", credit: "stripe_balance" } as const;
  return [
    ...journalEntry(`refund-taken:${booked.balanceTransactionId}`, [{ ...accounts, amount }], at),
    ...bookingEntries({ amount, direction: "out", booked }, at),
  ];
}

/** A refund failed later: the money is back in Stripe's balance and still owed to the client. */
export function refundReturned(fact: { amount: number; booked: Booked }, at: FactContext): JournalEntry[] {
  const { amount, booked } = fact;
  const accounts = { debit: "stripe_balance", credit: "refunds_payable" } as const;
  return [
    ...journalEntry(`refund-returned:${booked.balanceTransactionId}`, [{ ...accounts, amount }], at),
    ...bookingEntries({ amount, direction: "in", booked }, at),
  ];
}

/**
 * The retreat took place: the booking's deferred revenue is earned, and so is the price that is still to be billed, with
 * its tax.
 */
export function revenueEarned(
  fact: { bookingId: string; deferred: number; toBill: Pick<Parts, "principal" | "tax"> },
  at: FactContext,
): JournalEntry[] {
  const { deferred, toBill } = fact;
  return journalEntry(
    `completion:${fact.bookingId}`,
    [
      { debit: "deferred_revenue", credit: "earned_revenue", amount: deferred },
      { debit: "financing_receivable", credit: "earned_revenue", amount: toBill.principal },
      { debit: "financing_receivable", credit: "tax_payable", amount: toBill.tax },
    ],
    at,
  );
}
