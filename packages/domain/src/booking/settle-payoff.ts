import {
  type BillingContext,
  firstOf,
  interestUnearned,
  type JournalEntry,
  less,
  type Parts,
  plus,
  sumOf,
} from "../ledger/index.ts";
import type { Attempt } from "./attempt.ts";
import type { Booking, OpenPayoff } from "./booking.ts";
import { type Due, payDue, replaceDue } from "./due.ts";

/** Dues after a payment, with the entries that bill them. `paidAs` is the breakdown of the payment by parts. */
export type PaidDues = { dues: Due[]; journal: JournalEntry[]; paidAs: Parts; dueIds: string[] };

/** The payoff that an attempt collects; null if it collects one due. */
export const payoffOf = ({ payoff }: Booking, { id }: Pick<Attempt, "id">): OpenPayoff | null =>
  payoff?.attemptId === id ? payoff : null;

/** What settles a payoff. `id`: the attempt, or the waiver. `refunded`: unearned interest that is refunded instead. */
type PaidOffBy = { id: string; refunded?: number };

/**
 * Applies a payoff to the dues that it covers. Each due's amount shrinks to what the payoff pays of it; interest that
 * was paid before it was earned pays the rest.
 */
export function payOff(
  dues: Due[],
  payoff: Omit<OpenPayoff, "attemptId">,
  { id, refunded = 0 }: PaidOffBy,
  at: BillingContext,
): PaidDues {
  const { on: paidOffOn } = payoff;
  let after = dues;
  const journal: JournalEntry[] = [];
  for (const { dueId, parts } of payoff.dues) {
    const due = dueIn(after, dueId);
    const owed = asPaidOff(due, parts, at.currency);
    const paid = payDue(owed, { attemptId: id, amount: sumOf(parts) }, at);
    journal.push(...paid.journal);
    after = replaceDue(after, { ...paid.due, paidOffOn });
  }
  for (const { dueId, amount } of payoff.unearned)
    after = replaceDue(after, { ...withoutInterest(dueIn(after, dueId), amount), paidOffOn });
  const back = payoff.unearned.reduce((sum, { amount }) => sum + amount, 0);
  journal.push(...interestUnearned({ paidOffBy: id, amount: back - refunded }, at));
  const paidAs = less(payoff.dues.map(({ parts }) => parts).reduce(plus, nothing), { ...nothing, interest: back });
  return { dues: after, journal, paidAs, dueIds: payoff.dues.map(({ dueId }) => dueId) };
}

const nothing: Parts = { principal: 0, interest: 0, fee: 0, tax: 0 };

function dueIn(dues: Due[], id: string): Due {
  const due = dues.find((one) => one.id === id);
  if (due === undefined) throw new Error(`a payoff covers ${id}, which its booking does not have`);
  return due;
}

/** The due reduced to what was paid of it, what the payoff pays, and what was waived. */
function asPaidOff(due: Due, parts: Parts, currency: string): Due {
  const paid = firstOf(due.parts, due.paid, currency);
  const waived = less(due.parts, firstOf(due.parts, due.amount - (due.waived ?? 0), currency));
  const all = plus(plus(paid, parts), waived);
  return { ...due, parts: all, amount: sumOf(all) };
}

/** The due without interest that was paid and is no longer earned; that share of its payment pays other dues. */
function withoutInterest(due: Due, amount: number): Due {
  const interest = { ...nothing, interest: amount };
  return {
    ...due,
    amount: due.amount - amount,
    parts: less(due.parts, interest),
    billed: due.billed - amount,
    billedParts: less(due.billedParts, interest),
    paid: due.paid - amount,
  };
}

/**
 * The amount of a payoff, in minor units: what its dues still ask for, less unearned interest. Zero or less if other
 * payments have paid it in the meantime.
 */
export const costOf = ({ dues, unearned }: Pick<OpenPayoff, "dues" | "unearned">): number =>
  dues.reduce((sum, { parts }) => sum + sumOf(parts), 0) - unearned.reduce((sum, { amount }) => sum + amount, 0);

/**
 * A payoff after another payment on one of its dues: it pays the rest of that due. Interest that the other payment paid
 * beyond the payoff's price is unearned. `before` is the due before that payment. Null if no due is left to pay.
 */
export function withoutPaid(payoff: OpenPayoff, before: Due, paid: number, currency: string): OpenPayoff | null {
  const asked = payoff.dues.find(({ dueId }) => dueId === before.id);
  if (asked === undefined) return payoff;
  const added = less(firstOf(before.parts, before.paid + paid, currency), firstOf(before.parts, before.paid, currency));
  const rest = less(asked.parts, added);
  const over = Math.max(0, -rest.interest);
  const parts = { ...rest, interest: rest.interest + over };
  const dues = payoff.dues
    .map((one) => (one === asked ? { ...one, parts } : one))
    .filter((one) => one.dueId !== before.id || sumOf(one.parts) > 0);
  if (dues.length === 0) return null;
  const unearned = over === 0 ? payoff.unearned : [...payoff.unearned, { dueId: before.id, amount: over }];
  return { ...payoff, dues, unearned };
}

/** The finance charge: the interest of the dues as they are now, in minor units. */
export const interestOfDues = (dues: readonly Due[]): number =>
  dues.reduce((sum, { parts }) => sum + parts.interest, 0);
