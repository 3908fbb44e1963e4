import {
  type BillingContext,
  dueBilled,
  firstOf,
  type JournalEntry,
  less,
  type Parts,
  partsProblem,
  plus,
  sumOf,
} from "../ledger/index.ts";
import type { CalendarDate, Instant } from "../time/index.ts";
import type { DueFailure } from "./due-failure.ts";
import type { BookingStatus } from "./transitions.ts";

/** What an event says of a due: `amount` is what is unpaid of it. */
export const dueEventData = (due: Due, { currency }: { currency: string }) => ({
  dueId: due.id,
  dueOn: due.dueOn,
  amount: unpaid(due),
  currency,
});

export type DueKind = "deposit" | "installment" | "balance" | "late_charge";

export type DueStatus = "scheduled" | "processing" | "action_required" | "paid" | "past_due" | "cancelled";

/** Whether a due has its date from the beginning, or gets it when its booking is confirmed and waits for that. */
export type DueStart = "date" | "confirmation";

/**
 * One amount owed on one date, in minor units; its `parts` add up to it. `billed` is what is in the ledger already, and
 * `billedParts` of what that consists; `openAttemptId` is the one attempt that may collect it now (I5). A due is never
 * deleted: its bills, its attempts and its charges name it.
 */
export type Due = {
  id: string;
  sequence: number;
  kind: DueKind;
  dueOn: CalendarDate;
  startsBy: DueStart;
  amount: number;
  parts: Parts;
  paid: number;
  billed: number;
  billedParts: Parts;
  /** How many bills it has had: each has a reference of its own in the ledger. */
  billings: number;
  /** How many payments have left some of it unpaid. */
  partsPaid: number;
  status: DueStatus;
  openAttemptId: string | null;
  /** The open attempt asks for less than what was unpaid. Meaningless while no attempt is open. */
  openPart: boolean;
  /** What tries with a saved method have come to; absent while none has failed. */
  tries?: Tries;
  /** Which notices have gone, each for the date that the due had then; absent while none has. */
  notices?: Notice[];
  /** Of what staff were told; absent while of nothing. */
  tasks?: Task[];
  /** How much of it staff have waived, in minor units; absent where nothing was. */
  waived?: number;
  /** The late charge that it has brought about, null where that came to nothing; absent while it was not late. */
  lateChargeId?: string | null;
  /** Where a bank account is debited for it: that date or amount are not as the permission lists them. Absent where they are. */
  varied?: VariedDebit;
  /** On which date it got the date that it has, if not with its booking. */
  datedOn?: CalendarDate;
  /** Nothing is asked for before this instant, since a debit or a payoff of it has failed; absent while none has. */
  goesOnAt?: Instant;
};

/** From which date on a notice of it can go, and when it went; null until then. */
export type VariedDebit = { noticeOn: CalendarDate; noticedOn: CalendarDate | null };

/**
 * Failed tries of a due with saved methods. Days count from the one on which the first failure was learnt. `stopped`: the
 * method of the last try is not tried again, for any due (`hard`) or for this one (`limit`), or, where the client has to
 * authenticate, no method is.
 */
export type Tries = {
  failed: number;
  firstFailedOn: CalendarDate;
  lastFailedAt: Instant;
  /** When the last try was begun; absent where that is not known. */
  begunAt?: Instant;
  lastFailure: DueFailure;
  /** Stripe's id of the method of the last try. */
  methodId: string;
  stopped: "hard" | "limit" | "authentication" | null;
};

/** `days` before or after the date `dueOn` that the due had when it went, which was `on` a date. */
export type Notice = {
  kind: "upcoming" | "past_due" | "final";
  days: number;
  dueOn: CalendarDate;
  on: CalendarDate;
};

/** What staff are told of once for the date that a due has, since nothing more happens to it by itself. */
export type Task = { reason: "not_paid" | "delinquent"; dueOn: CalendarDate };

export type PlannedDue = Pick<Due, "id" | "sequence" | "kind" | "dueOn" | "startsBy" | "amount" | "parts">;

/** A due as the schedule has it: nothing of it paid, billed or asked for. Throws unless its parts add up to its amount. */
export function scheduledDue({ id, sequence, kind, dueOn, startsBy, amount, parts }: PlannedDue): Due {
  const problem = partsProblem(parts, amount);
  if (problem !== null) throw new RangeError(`${id}: ${problem}`);
  return {
    id,
    sequence,
    kind,
    dueOn,
    startsBy,
    amount,
    parts,
    paid: 0,
    billed: 0,
    billedParts: nothing,
    billings: 0,
    partsPaid: 0,
    status: "scheduled",
    openAttemptId: null,
    openPart: false,
  };
}

const nothing: Parts = { principal: 0, interest: 0, fee: 0, tax: 0 };

type Confirmed = { confirmedAt: Instant | null; status: BookingStatus };

/** Whether a due gets its date when its booking is confirmed, which it never was: so long it cannot be paid. */
export const awaitsFirstConfirmation = ({ confirmedAt }: Confirmed, { startsBy }: Due): boolean =>
  startsBy === "confirmation" && confirmedAt === null;

/** Whether a due gets its date when its booking is confirmed, and waits for that, the first time or once more. */
export const waitsForConfirmation = (booking: Confirmed, due: Due): boolean =>
  awaitsFirstConfirmation(booking, due) || (due.startsBy === "confirmation" && booking.status === "awaiting_clearance");

/** Whether a due waits for its date, or for its client, with nothing wrong but that. */
export const isAtRest = ({ status }: Due): boolean => status === "scheduled" || status === "action_required";

/** What is still to be collected of a due; nothing of a cancelled one. */
export const unpaid = (due: Due): number =>
  due.status === "cancelled" ? 0 : due.amount - due.paid - (due.waived ?? 0);

/**
 * Of what a due is still to be billed: nothing of one that was cancelled, or waived, since a waiver takes all that is
 * unpaid of it.
 */
export const toBill = ({ status, waived = 0, parts, billedParts }: Due): Parts =>
  status === "cancelled" || waived > 0 ? nothing : less(parts, billedParts);

export const isBilled = (due: Due): boolean => sumOf(toBill(due)) === 0;

/** How many dues one transaction bills: each adds an entry and up to two events, and DynamoDB takes 100 items. */
export const duesAtOnce = 20;

type Billed = { due: Due; journal: JournalEntry[] };

/** Bills what is not billed yet, when a due falls due. */
export const billDue = (due: Due, at: BillingContext): Billed => bill(due, toBill(due), at);

/** One more bill of a due; none over nothing. */
function bill(due: Due, parts: Parts, at: BillingContext): Billed {
  const amount = sumOf(parts);
  if (amount === 0) return { due, journal: [] };
  const billings = due.billings + 1;
  return {
    due: { ...due, billed: due.billed + amount, billedParts: plus(due.billedParts, parts), billings },
    journal: dueBilled({ dueId: due.id, billing: billings, parts }, at),
  };
}

/** Of what the amount billed and not paid consists. */
export const unpaidParts = ({ billedParts, paid }: Due, currency: string): Parts =>
  less(billedParts, firstOf(billedParts, paid, currency));

/**
 * Applies a payment of at most what is unpaid; a part payment bills the part paid, principal and tax before interest, and
 * the rest on its date.
 */
export function payDue(due: Due, payment: { attemptId: string; amount: number }, at: BillingContext): Billed {
  const paid = due.paid + payment.amount;
  const notBilled = less(due.parts, due.billedParts);
  const rest = due.amount - paid - (due.waived ?? 0);
  const billed = bill(due, firstOf(notBilled, Math.max(0, paid - due.billed), at.currency), at);
  return {
    due: {
      ...billed.due,
      paid,
      partsPaid: due.partsPaid + (rest === 0 ? 0 : 1),
      status: rest === 0 ? "paid" : "scheduled",
      // Another attempt that is under way goes on, unless nothing is left to collect (I5).
      openAttemptId: rest === 0 || due.openAttemptId === payment.attemptId ? null : due.openAttemptId,
    },
    journal: billed.journal,
  };
}

/**
 * What ends with the booking is no longer owed: what was billed and never paid is no longer billed either, so that a
 * payment still in flight bills its own part again. Paid dues stay as they are.
 */
export function cancelDue(due: Due, currency: string): Due {
  if (due.status === "paid") return due;
  const billedParts = firstOf(due.billedParts, due.paid, currency);
  return { ...due, billed: due.paid, billedParts, status: "cancelled", openAttemptId: null };
}

export const cancelDues = ({ dues, currency }: { dues: Due[]; currency: string }): Due[] =>
  dues.map((due) => cancelDue(due, currency));

export const replaceDue = (dues: Due[], changed: Due): Due[] =>
  dues.map((due) => (due.id === changed.id ? changed : due));
