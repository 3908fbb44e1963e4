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

/** The event data of a due: `amount` is the unpaid amount. */
export const dueEventData = (due: Due, { currency }: { currency: string }) => ({
  dueId: due.id,
  dueOn: due.dueOn,
  amount: unpaid(due),
  currency,
});

/** A date that was kept for a due while its own date was `dueOn`. */
type KeptDate = { dueOn: CalendarDate; on: CalendarDate };

export type DueKind = "deposit" | "installment" | "balance" | "late_charge";

export type DueStatus = "scheduled" | "processing" | "action_required" | "paid" | "past_due" | "cancelled";

/** Whether a due has its date from the start, or gets it when its booking is confirmed. */
export type DueStart = "date" | "confirmation";

/**
 * One amount owed on one date, in minor units; its `parts` add up to it. `billed` is the amount posted to the ledger,
 * and `billedParts` its breakdown. `openAttemptId` is the one attempt that may collect it now (I5). A due is never
 * deleted: its bills, attempts and charges refer to it.
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
  /** How many bills it has; each has its own reference in the ledger. */
  billings: number;
  /** How many part payments it has: payments that left some of it unpaid. */
  partsPaid: number;
  status: DueStatus;
  openAttemptId: string | null;
  /** The open attempt collects less than the unpaid amount. Meaningless if no attempt is open. */
  openPart: boolean;
  /** The failed tries with saved methods; absent if none has failed. */
  tries?: Tries;
  /** The notices sent, each for the date that the due had then; absent if none. */
  notices?: Notice[];
  /** The tasks opened for staff; absent if none. */
  tasks?: Task[];
  /** The amount that staff have waived, in minor units; absent if none. */
  waived?: number;
  /**
   * The id of its late charge; null if the charge came to nothing. Absent until the due is late past its grace days.
   */
  lateChargeId?: string | null;
  /**
   * Set if the due is debited from a bank account and its date or amount differs from the permission's list; else
   * absent.
   */
  varied?: VariedDebit;
  /** When the client was notified that the due's debit is held back until the first day; absent if never. */
  heldBackNoticedOn?: CalendarDate;
  /** The date for which it is or was past due. Absent if it never was past due. */
  late?: KeptDate;
  /** A later date that the client was told, and that still counts after the reason for it has ended. Often absent. */
  told?: KeptDate;
  /** When it got its present date; absent if it has had that date since its booking began. */
  datedOn?: CalendarDate;
  /** The date as of which a payoff has settled it: its interest is what was earned by then. Absent if none has. */
  paidOffOn?: CalendarDate;
  /**
   * After a debit that failed or paid only a part, or after a failed payoff: no collection step happens before this
   * instant. Absent if there was none.
   */
  goesOnAt?: Instant;
};

/** The first date on which the notice may be sent, and the date on which it was sent; null until then. */
export type VariedDebit = { noticeOn: CalendarDate; noticedOn: CalendarDate | null };

/**
 * The failed tries of a due with saved methods. Days count from the date on which the first failure was learned.
 * `stopped`: the last method is not tried again for any due (`hard`) or for this due (`limit`). With `authentication`
 * no method is tried again.
 */
export type Tries = {
  failed: number;
  firstFailedOn: CalendarDate;
  lastFailedAt: Instant;
  /** When the last try began; absent if unknown. */
  begunAt?: Instant;
  lastFailure: DueFailure;
  /** Stripe's id of the last try's method. */
  methodId: string;
  stopped: "hard" | "limit" | "authentication" | null;
};

/** A notice sent `days` before or after `dueOn`, the date that the due had then; `on` is the date it was sent. */
export type Notice = {
  kind: "upcoming" | "past_due" | "final";
  days: number;
  dueOn: CalendarDate;
  on: CalendarDate;
};

/** A task for staff, opened once for each date of a due, when no automatic step is left. */
export type Task = { reason: "not_paid" | "delinquent"; dueOn: CalendarDate };

export type PlannedDue = Pick<Due, "id" | "sequence" | "kind" | "dueOn" | "startsBy" | "amount" | "parts">;

/** A due as scheduled: nothing is paid, billed or collected. Throws unless its parts add up to its amount. */
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

/** The due with this due's id and date, such as before a decision; undefined if the decision gave it another date. */
export const withSameDate = (dues: readonly Due[], { id, dueOn }: Due): Due | undefined =>
  dues.find((one) => one.id === id && one.dueOn === dueOn);

/** The kept date, if it was kept for the date that the due has now; otherwise null. */
export const keptDate = (kept: KeptDate | undefined, { dueOn }: Pick<Due, "dueOn">): CalendarDate | null =>
  kept?.dueOn === dueOn ? kept.on : null;

type Confirmed = { confirmedAt: Instant | null; status: BookingStatus };

/**
 * Whether a due gets its date at the confirmation and its booking was never confirmed. Until then it cannot be paid.
 */
export const awaitsFirstConfirmation = ({ confirmedAt }: Confirmed, { startsBy }: Due): boolean =>
  startsBy === "confirmation" && confirmedAt === null;

/**
 * Whether a due gets its date at the confirmation and waits for it, for the first time or after the booking lost it.
 */
export const waitsForConfirmation = (booking: Confirmed, due: Due): boolean =>
  awaitsFirstConfirmation(booking, due) || (due.startsBy === "confirmation" && booking.status === "awaiting_clearance");

/** Whether a due only waits for its date or for its client. */
export const isAtRest = ({ status }: Due): boolean => status === "scheduled" || status === "action_required";

/** Whether the bank asked the client to confirm the payment, so that no saved method is tried for the due again. */
export const needsClient = ({ tries }: Due): boolean => tries?.stopped === "authentication";

/** The unpaid amount of a due, in minor units; 0 for a cancelled one. */
export const unpaid = (due: Due): number =>
  due.status === "cancelled" ? 0 : due.amount - due.paid - (due.waived ?? 0);

/**
 * The parts still to be billed. Nothing is left for a cancelled or waived due, since a waiver covers all that is
 * unpaid.
 */
export const toBill = ({ status, waived = 0, parts, billedParts }: Due): Parts =>
  status === "cancelled" || waived > 0 ? nothing : less(parts, billedParts);

/** Whether nothing of a due is left to bill. */
export const isBilled = (due: Due): boolean => sumOf(toBill(due)) === 0;

/** How many dues one transaction bills. Each adds an entry and up to two events; DynamoDB allows 100 items. */
export const duesAtOnce = 20;

type Billed = { due: Due; journal: JournalEntry[] };

/** Bills the unbilled parts of a due that falls due. */
export const billDue = (due: Due, at: BillingContext): Billed => bill(due, toBill(due), at);

/** Adds one bill to a due; does nothing if the amount is 0. */
function bill(due: Due, parts: Parts, at: BillingContext): Billed {
  const amount = sumOf(parts);
  if (amount === 0) return { due, journal: [] };
  const billings = due.billings + 1;
  return {
    due: { ...due, billed: due.billed + amount, billedParts: plus(due.billedParts, parts), billings },
    journal: dueBilled({ dueId: due.id, billing: billings, parts }, at),
  };
}

/** The breakdown of the amount that is billed and unpaid. */
export const unpaidParts = ({ billedParts, paid }: Due, currency: string): Parts =>
  less(billedParts, firstOf(billedParts, paid, currency));

/**
 * Applies a payment of at most the unpaid amount. A part payment bills the part that it pays, principal and tax before
 * interest; the rest is billed on its date.
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
      // Another attempt under way continues, unless nothing is left to collect (I5).
      openAttemptId: rest === 0 || due.openAttemptId === payment.attemptId ? null : due.openAttemptId,
    },
    journal: billed.journal,
  };
}

/**
 * Cancels a due that ends with its booking. What was billed and not paid becomes unbilled, so that a payment still in
 * flight bills its own part again. Paid dues do not change.
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
