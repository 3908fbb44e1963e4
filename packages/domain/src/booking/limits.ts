import { type Instant, later, plusHours } from "../time/index.ts";
import type { Booking, Ending } from "./booking.ts";
import { lapse } from "./hold.ts";

/**
 * How many unpaid holds one client account may have: `live` at a time over all cohorts, and after `unpaid` of one cohort
 * that ended unpaid within `hours`, none there for as many hours. At most 10 of each, and a week.
 */
export type HoldLimits = { live: number; unpaid: number; hours: number };

/** What holds unless the operator says otherwise. */
export const defaultHoldLimits: HoldLimits = { live: 2, unpaid: 3, hours: 24 };

/** When the holds of one account and cohort ended unpaid, in the order in which that was recorded. */
export type UnpaidEndings = readonly Instant[];

/** The most endings that are kept, and so the most that a limit may ask for. */
export const mostUnpaidEndings = 10;

export const withUnpaidEnding = (endings: UnpaidEndings, at: Instant): UnpaidEndings =>
  [...endings, at].slice(-mostUnpaidEndings);

/** Until when an account may hold no place of the cohort, for what ended unpaid; null when it may. */
export function barredUntil(endings: UnpaidEndings, { unpaid, hours }: HoldLimits, now: Instant): Instant | null {
  const inOrder = endings.toSorted();
  const ends = inOrder.slice(unpaid - 1).map((last, index) => {
    const first = inOrder[index] ?? last;
    return last < plusHours(first, hours) ? plusHours(last, hours) : now;
  });
  const until = ends.reduce(later, now);
  return until > now ? until : null;
}

/** How a hold ends: somebody ends its booking, it lapses, or it is paid after its end and before the sweep has ended it. */
export type HoldEnd = Ending["by"] | "lapse" | "late_payment";

/**
 * Whether an ending is the buyer's doing: what the operator or a clinician ends is not counted, and money that comes late
 * was paid. An invitation that is declined counts, or one person with two addresses could renew a hold for ever.
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
 * Whether an ending counts as one more hold that ended unpaid: the booking is held and nothing is on its way to pay for
 * it. An admin's holds are not counted.
 */
export const endsUnpaid = ({ status, holdSlot, dues }: Booking, end: HoldEnd): boolean =>
  status === "held" && holdSlot !== null && isUnpaidEnd[end] && dues.every((due) => due.status !== "processing");

/** When holds lapsed that nothing has ended yet, each that counts as an unpaid one of the cohort. */
export const lapsedUnpaid = (holds: readonly Booking[], cohortId: string, now: Instant): UnpaidEndings =>
  holds.flatMap((hold) => {
    const isOne = hold.cohortId === cohortId && lapse(hold, now) !== null && endsUnpaid(hold, "lapse");
    return isOne && hold.holdExpiresAt !== null ? [hold.holdExpiresAt] : [];
  });
