import { type CalendarDate, type Instant, plusHours, plusMinutes } from "../time/index.ts";

export type RefundPartStatus = "approved" | "pending" | "succeeded" | "failed" | "refused";

/**
 * The share of a refund that goes back on one charge. `id` is in its metadata at Stripe, and with `generation` it is its
 * idempotency key there (`refundKey`). `failed` came back from the bank; `refused` was never made at Stripe and never
 * will be.
 */
export type RefundPart = {
  id: string;
  /** From 1 on: how many keys it was asked for under. Another one follows where Stripe saved a failure under the last. */
  generation: number;
  chargeId: string;
  paymentIntentId: string;
  amount: number;
  status: RefundPartStatus;
  stripeRefundId: string | null;
  failureCode: string | null;
  /** Refused only because a refund made by hand had taken of the charge: what was still owed is a part of its own. */
  explained: boolean;
  /** Posted: that Stripe took it from its balance, and that a failed one came back to it. */
  takenPosted: boolean;
  returnedPosted: boolean;
};

/** The idempotency key under which a part is asked for now. */
export const refundKey = ({ id, generation }: RefundPart): string => (generation === 1 ? id : `${id}.${generation}`);

/**
 * The part is asked for under its next key: nothing came of its present one. Unchanged where another caller has done that
 * already; null where the part waits to be made no more.
 */
export function askUnderNextKey(refund: Refund, { id, generation }: RefundPart): Refund | null {
  const part = partOf(refund, id);
  if (part.status !== "approved") return null;
  if (part.generation !== generation) return refund;
  const parts = refund.parts.map((one) => (one.id === id ? { ...one, generation: generation + 1 } : one));
  return { ...refund, version: refund.version + 1, parts };
}

/** A part that gives nothing back: it came back or was never made, and is owed and refundable again. */
export const givesNothing = ({ status }: RefundPart): boolean => status === "failed" || status === "refused";

export type RefundReason =
  | "cancellation"
  | "not_cleared"
  | "turned_away"
  | "clearance_deadline"
  | "late_payment"
  | "duplicate_payment"
  | "after_cancellation"
  | "abandoned_payment"
  | "made_at_stripe";

/**
 * Money owed back to a client, from the moment that it is owed until Stripe has paid it out. `unspread` is what of its
 * amount no charge has been found for yet: an ending owes all at once, and is spread over charges afterwards.
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
 * A refund is as far as the part that is least far; one failed part needs a person, so it shows. It stays failed when a
 * refund made by hand has made it good: what is still owed stands at its charge. It is refused when all of it that has
 * not succeeded was refused; a refusal that was explained counts only where nothing else is left.
 */
export function refundStatus({ unspread, parts }: Refund): RefundStatus {
  const counted = parts.filter(({ explained }) => !explained);
  const told = counted.length > 0 ? counted : parts;
  const order: RefundStatus[] = ["failed", "approved", "pending", "refused", "succeeded"];
  const reached = (status: RefundStatus) =>
    told.some((part) => part.status === status) || (status === "approved" && unspread > 0);
  return order.find(reached) ?? "succeeded";
}

/** How long the event has to reach the worker before the sweep comes, and the sweep before it comes again. */
const workerMinutes = 2;

const pendingPollHours = 6;

/** Nothing more is to be done at Stripe for a part, or heard of it. */
export const partSettled = ({ status, takenPosted, returnedPosted }: RefundPart): boolean =>
  status === "refused" ||
  (status === "succeeded" && takenPosted) ||
  (status === "failed" && takenPosted === returnedPosted);

/** When a refund asks for work again: soon while a share of it is not at Stripe, later to hear how it went, or never. */
export function refundDueAt({ unspread, parts }: Pick<Refund, "unspread" | "parts">, now: Instant): Instant | null {
  if (unspread > 0 || parts.some(({ status }) => status === "approved")) return plusMinutes(now, workerMinutes);
  return parts.every(partSettled) ? null : plusHours(now, pendingPollHours);
}

/** The part of a refund with this id; throws when it has none such. */
export function partOf({ id, parts }: Refund, partId: string): RefundPart {
  const part = parts.find((one) => one.id === partId);
  if (part === undefined) throw new Error(`${id} has no part ${partId}`);
  return part;
}
