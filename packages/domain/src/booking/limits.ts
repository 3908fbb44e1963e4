import { type Instant, later, plusHours } from "../time/index.ts";
import type { Booking, Ending } from "./booking.ts";
import { lapse } from "./hold.ts";

/**
 * How many unpaid holds one client account may have: `live` at a time over all cohorts. After `unpaid` holds of one
 * cohort ended unpaid within `hours`, the account may hold no place there for as many hours. At most 10 of each, and
 * 168 hours.
 */
export type HoldLimits = { live: number; unpaid: number; hours: number };

/** The default limits, unless the operator configures others. */
export const defaultHoldLimits: HoldLimits = { live: 2, unpaid: 3, hours: 24 };

/** When one account's holds of one cohort ended unpaid, in the order of recording. */
export type UnpaidEndings = readonly Instant[];

/** The most endings that are stored, and so the highest `unpaid` that a limit may have. */
export const mostUnpaidEndings = 10;

export const withUnpaidEnding = (endings: UnpaidEndings, at: Instant): UnpaidEndings =>
  [...endings, at].slice(-mostUnpaidEndings);

/** Until when an account may hold no place of the cohort, after too many unpaid holds; null if it may hold one now. */
export function barredUntil(endings: UnpaidEndings, { unpaid, hours }: HoldLimits, now: Instant): Instant | null {
  const inOrder = endings.toSorted();
  const ends = inOrder.slice(unpaid - 1).map((last, index) => {
    const first = inOrder[index] ?? last;
    return last < plusHours(first, hours) ? plusHours(last, hours) : now;
  });
  const until = ends.reduce(later, now);
  return until > now ? until : null;
}

/**
 * How a hold ends: a party ends the booking, it lapses, or a payment arrives after it lapsed and before the sweep ran.
 */
export type HoldEnd = Ending["by"] | "lapse" | "late_payment";

/**
 * Whether an ending counts against the account. Endings by the operator or a clinician do not, nor does a late payment.
 * A declined invitation counts: otherwise one person with two addresses could renew a hold forever.
 */
const isUnpaidEnd: Record<HoldEnd, boolean> = {
  lapse: true,
  late_payment: false,
  client: true,
  participant: true,
  operator: false,
  clearance_deadline: false,
  non_payment: false,
  not_cleared: false,
  no_show: false,
  turned_away: false,
};

/**
 * Whether an ending counts as a hold that ended unpaid: the booking is held, no payment is on its way, and an admin did
 * not make it.
 */
export const endsUnpaid = ({ status, holdSlot, dues }: Booking, end: HoldEnd): boolean =>
  status === "held" && holdSlot !== null && isUnpaidEnd[end] && dues.every((due) => due.status !== "processing");

/**
 * When the account's holds of the cohort lapsed that the sweep has not ended yet. Each counts as one that ended unpaid.
 */
export const lapsedUnpaid = (holds: readonly Booking[], cohortId: string, now: Instant): UnpaidEndings =>
  holds.flatMap((hold) => {
    const isOne = hold.cohortId === cohortId && lapse(hold, now) !== null && endsUnpaid(hold, "lapse");
    return isOne && hold.holdExpiresAt !== null ? [hold.holdExpiresAt] : [];
  });
