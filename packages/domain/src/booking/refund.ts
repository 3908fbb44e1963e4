import { type CalendarDate, type Instant, plusHours, plusMinutes } from "../time/index.ts";

export type RefundPartStatus = "approved" | "pending" | "succeeded" | "failed" | "refused";

/**
 * The part of a refund on one charge. `id` is its metadata at Stripe and, with `generation`, its idempotency key there
 * (`refundKey`). `failed`: the bank returned it. `refused`: Stripe never made it and never will.
 */
export type RefundPart = {
  id: string;
  /**
   * How many idempotency keys the part was requested with, from 1. The next key follows if Stripe stored a failure
   * under the last.
   */
  generation: number;
  chargeId: string;
  paymentIntentId: string;
  amount: number;
  status: RefundPartStatus;
  stripeRefundId: string | null;
  failureCode: string | null;
  /** Refused only because a refund made by hand took from the charge. The amount still owed is another part. */
  explained: boolean;
  /** Whether the entries are posted: Stripe took it from its balance, and a failed one returned to it. */
  takenPosted: boolean;
  returnedPosted: boolean;
};

/** The part's current idempotency key. */
export const refundKey = ({ id, generation }: RefundPart): string => (generation === 1 ? id : `${id}.${generation}`);

/**
 * Switches the part to its next idempotency key, since the current one had no effect. Unchanged if another caller has
 * done so already; null if the part is no longer to be requested.
 */
export function askUnderNextKey(refund: Refund, { id, generation }: RefundPart): Refund | null {
  const part = partOf(refund, id);
  if (part.status !== "approved") return null;
  if (part.generation !== generation) return refund;
  const parts = refund.parts.map((one) => (one.id === id ? { ...one, generation: generation + 1 } : one));
  return { ...refund, version: refund.version + 1, parts };
}

/** Whether a part refunds nothing: it failed or was refused, so it is owed and refundable again. */
export const givesNothing = ({ status }: RefundPart): boolean => status === "failed" || status === "refused";

export type RefundReason =
  | "cancellation"
  | "not_cleared"
  | "turned_away"
  | "clearance_deadline"
  | "late_payment"
  | "duplicate_payment"
  | "overpayment"
  | "unearned_interest"
  | "wrong_currency"
  | "after_cancellation"
  | "abandoned_payment"
  | "made_at_stripe";

/**
 * Money owed back to a client, from the decision until Stripe has paid it out. `unspread` is the amount not assigned to
 * a charge yet: an ending or a waiver owes one amount, which is spread over charges afterwards.
 */
export type Refund = {
  id: string;
  version: number;
  bookingId: string;
  amount: number;
  unspread: number;
  currency: string;
  reason: RefundReason;
  requestedBy: string;
  requestedAt: Instant;
  effectiveOn: CalendarDate;
  parts: RefundPart[];
  dueAt: Instant | null;
};

export type RefundStatus = RefundPartStatus;

/**
 * A refund's status is that of its least advanced part; a failed part comes first, since a person must act on it. The
 * refund stays failed after a refund by hand replaced it; the charge shows what is still owed. It is refused if every
 * part that did not succeed was refused. Explained refusals count only if there are no other parts.
 */
export function refundStatus({ unspread, parts }: Refund): RefundStatus {
  const counted = parts.filter(({ explained }) => !explained);
  const told = counted.length > 0 ? counted : parts;
  const order: RefundStatus[] = ["failed", "approved", "pending", "refused", "succeeded"];
  const reached = (status: RefundStatus) =>
    told.some((part) => part.status === status) || (status === "approved" && unspread > 0);
  return order.find(reached) ?? "succeeded";
}

/** How long the worker has to receive the event before the sweep steps in, and between two sweeps. */
const workerMinutes = 2;

const pendingPollHours = 6;

/** Whether nothing more is to be done at Stripe for a part, or to be learned from it. */
export const partSettled = ({ status, takenPosted, returnedPosted }: RefundPart): boolean =>
  status === "refused" ||
  (status === "succeeded" && takenPosted) ||
  (status === "failed" && takenPosted === returnedPosted);

/**
 * When to work on a refund next: soon if part of it is not at Stripe yet, later to check its outcome, null if it is
 * settled.
 */
export function refundDeadline({ unspread, parts }: Pick<Refund, "unspread" | "parts">, now: Instant): Instant | null {
  if (unspread > 0 || parts.some(({ status }) => status === "approved")) return plusMinutes(now, workerMinutes);
  return parts.every(partSettled) ? null : plusHours(now, pendingPollHours);
}

/** The part of a refund with this id. Throws if there is none. */
export function partOf({ id, parts }: Refund, partId: string): RefundPart {
  const part = parts.find((one) => one.id === partId);
  if (part === undefined) throw new Error(`${id} has no part ${partId}`);
  return part;
}
