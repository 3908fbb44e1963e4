import { dueBilled, type FactContext, type JournalEntry } from "../ledger/index.ts";
import type { CalendarDate } from "../time/index.ts";

/** What an event says of a due: `amount` is what is unpaid of it. */
export const aboutDue = (due: Due, { currency }: { currency: string }) => ({
  dueId: due.id,
  dueOn: due.dueOn,
  amount: unpaid(due),
  currency,
});

export type DueKind = "deposit" | "installment" | "balance" | "late_charge";

export type DueStatus = "scheduled" | "processing" | "action_required" | "paid" | "past_due" | "cancelled";

/**
 * One amount owed on one date, in minor units. `billed` is the part already in the ledger; `openAttemptId` is the one
 * attempt that may collect it now (I5).
 */
export type Due = {
  id: string;
  sequence: number;
  kind: DueKind;
  dueOn: CalendarDate;
  amount: number;
  paid: number;
  billed: number;
  /** How many payments have left some of it unpaid. */
  partsPaid: number;
  status: DueStatus;
  openAttemptId: string | null;
  /** The open attempt asks for less than what was unpaid. Meaningless while no attempt is open. */
  openPart: boolean;
};

/** A due as the schedule has it: nothing of it paid, billed or asked for. */
export const scheduledDue = ({
  id,
  sequence,
  kind,
  dueOn,
  amount,
}: Pick<Due, "id" | "sequence" | "kind" | "dueOn" | "amount">): Due => ({
  id,
  sequence,
  kind,
  dueOn,
  amount,
  paid: 0,
  billed: 0,
  partsPaid: 0,
  status: "scheduled",
  openAttemptId: null,
  openPart: false,
});

/** What is still to be collected of a due; nothing of a cancelled one. */
export const unpaid = (due: Due): number => (due.status === "cancelled" ? 0 : due.amount - due.paid);

/** How many dues one transaction bills: each adds an entry and up to two events, and DynamoDB takes 100 items. */
export const duesAtOnce = 20;

type Billed = { due: Due; journal: JournalEntry[] };

/** Bills what is not billed yet, when a due falls due. */
export function billDue(due: Due, at: FactContext): Billed {
  const journal = dueBilled({ dueId: due.id, part: "rest", amount: due.amount - due.billed }, at);
  return { due: { ...due, billed: due.amount }, journal };
}

/** Applies a payment of at most what is unpaid; a part payment bills the part paid, the rest on its date. */
export function payDue(due: Due, payment: { attemptId: string; amount: number }, at: FactContext): Billed {
  const paid = due.paid + payment.amount;
  const newlyBilled = Math.max(0, paid - due.billed);
  return {
    due: {
      ...due,
      paid,
      billed: due.billed + newlyBilled,
      partsPaid: due.partsPaid + (paid === due.amount ? 0 : 1),
      status: paid === due.amount ? "paid" : "scheduled",
      // Another attempt that is under way goes on, unless nothing is left to collect (I5).
      openAttemptId: paid === due.amount || due.openAttemptId === payment.attemptId ? null : due.openAttemptId,
    },
    journal: dueBilled({ dueId: due.id, part: payment.attemptId, amount: newlyBilled }, at),
  };
}

/** A due with nothing under way: past due once its date has passed. */
export function resting(due: Due, today: CalendarDate): Due {
  return { ...due, status: today > due.dueOn ? "past_due" : "scheduled", openAttemptId: null };
}

/**
 * What ends with the booking is no longer owed: what was billed and never paid is no longer billed either, so that a
 * payment still in flight bills its own part anew. Paid dues stay as they are.
 */
export function cancelDue(due: Due): Due {
  return due.status === "paid" ? due : { ...due, billed: due.paid, status: "cancelled", openAttemptId: null };
}

export const replaceDue = (dues: Due[], changed: Due): Due[] =>
  dues.map((due) => (due.id === changed.id ? changed : due));
