import type { Account } from "./accounts.ts";
import { type Booked, bookingEntries } from "./booked.ts";
import { type FactContext, type JournalEntry, journalEntry, type Move } from "./entry.ts";
import type { Parts } from "./parts.ts";

/** The account that each part is credited to when it is billed. The reversal of a bill debits the same accounts. */
const billedTo = {
  principal: "deferred_revenue",
  interest: "interest_income",
  fee: "fee_income",
  tax: "tax_payable",
} as const;

/** After completion: price and tax were posted then, and remain in `financing_receivable` until they are billed. */
const billedToAfterCompletion = {
  ...billedTo,
  principal: "financing_receivable",
  tax: "financing_receivable",
} as const satisfies Record<keyof Parts, Account>;

/** The context of a bill, and whether the booking is completed. */
export type BillingContext = FactContext & { completed: boolean };

/** A due is billed, in full or in part. `billing` counts the due's bills from 1, since a due may be billed again. */
export function dueBilled(fact: { dueId: string; billing: number; parts: Parts }, at: BillingContext): JournalEntry[] {
  const credits = at.completed ? billedToAfterCompletion : billedTo;
  const move = (part: keyof Parts): Move => ({ debit: "receivable", credit: credits[part], amount: fact.parts[part] });
  const moves = [move("principal"), move("tax"), move("interest"), move("fee")];
  return journalEntry(`due-billed:${fact.dueId}:${fact.billing}`, moves, at);
}

/** A Stripe charge that pays a due, gross. An `excess` is refunded. */
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

/** A Stripe charge that pays nothing owed: it is refunded in full. */
export function paymentToReturn(fact: { chargeId: string; amount: number }, at: FactContext): JournalEntry[] {
  return journalEntry(
    `payment:${fact.chargeId}`,
    [{ debit: "stripe_balance", credit: "refunds_payable", amount: fact.amount }],
    at,
  );
}

/** A Stripe charge that matches no booking: it stays in `suspense` until a person decides. */
export function paymentUnknown(fact: { chargeId: string; amount: number }, at: FactContext): JournalEntry[] {
  return journalEntry(
    `payment:${fact.chargeId}`,
    [{ debit: "stripe_balance", credit: "suspense", amount: fact.amount }],
    at,
  );
}

/** Reverses what was billed and never paid when a booking ends early. */
export function unpaidReversed(fact: { bookingId: string; parts: Parts }, at: FactContext): JournalEntry[] {
  const move = (part: keyof Parts): Move => ({ debit: billedTo[part], credit: "receivable", amount: fact.parts[part] });
  const moves = [move("principal"), move("tax"), move("interest"), move("fee")];
  return journalEntry(`unpaid-reversed:${fact.bookingId}`, moves, at);
}

/** Unearned interest that was paid in advance pays part of a payoff. `paidOffBy` names what settles it. */
export function interestUnearned(fact: { paidOffBy: string; amount: number }, at: FactContext): JournalEntry[] {
  const move: Move = { debit: billedTo.interest, credit: "receivable", amount: fact.amount };
  return journalEntry(`interest-unearned:${fact.paidOffBy}`, [move], at);
}

/**
 * Staff waive the unpaid parts of a due: each is reversed where it was credited. Unbilled parts were credited only if
 * the booking is completed, and then only price and tax. `waiver` distinguishes several waivers of one due.
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
 * Price and tax kept at a cancellation: net paid less refund. Kept interest stays where it is. `occasion` distinguishes
 * the ending from a payment that settles after it.
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
 * A refund is owed: each part is debited where it was credited. The price (`from`) comes from deferred revenue, after
 * completion from earned revenue, after an ending from the fees that were kept.
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

/** A refund made outside Clearing on a charge that matches no booking. */
export function unknownRefundOwed(fact: { refundId: string; amount: number }, at: FactContext): JournalEntry[] {
  return journalEntry(
    `refund-owed:${fact.refundId}`,
    [{ debit: "suspense", credit: "refunds_payable", amount: fact.amount }],
    at,
  );
}

/** Stripe has taken a refund from its balance: its balance transaction exists, even if the refund is pending. */
export function refundTaken(fact: { amount: number; booked: Booked }, at: FactContext): JournalEntry[] {
  const { amount, booked } = fact;
  const accounts = { debit: "refunds_payable", credit: "stripe_balance" } as const;
  return [
    ...journalEntry(`refund-taken:${booked.balanceTransactionId}`, [{ ...accounts, amount }], at),
    ...bookingEntries({ amount, direction: "out", booked }, at),
  ];
}

/** A refund failed afterwards: the money is back in Stripe's balance and still owed to the client. */
export function refundReturned(fact: { amount: number; booked: Booked }, at: FactContext): JournalEntry[] {
  const { amount, booked } = fact;
  const accounts = { debit: "stripe_balance", credit: "refunds_payable" } as const;
  return [
    ...journalEntry(`refund-returned:${booked.balanceTransactionId}`, [{ ...accounts, amount }], at),
    ...bookingEntries({ amount, direction: "in", booked }, at),
  ];
}

/**
 * Revenue recognition at completion: the booking's deferred revenue is earned, and so is the price that is still to be
 * billed, with its tax.
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
