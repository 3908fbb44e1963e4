import { chargeProblem, shareWithin } from "../money/index.ts";
import { type Instant, later } from "../time/index.ts";
import type { Booking } from "./booking.ts";
import { collectionAt, countsFrom } from "./collection-time.ts";
import { type Due, unpaid } from "./due.ts";
import { isPursued, isUnderWay } from "./next-try.ts";
import { afterCountedDays } from "./pause.ts";

/** A booking has so many dues at the most: each makes its item, and so each write of it, larger. */
export const mostDues = 200;

/**
 * When a due that is still unpaid brings about its late charge; null where it never does. One a due, none on a late charge
 * or the deposit, none while something is under way for it or its collection is paused.
 */
export function lateChargeDeadline(booking: Booking, due: Due, now: Instant): Instant | null {
  const { terms, dues, pauses = [], spared = [] } = booking;
  const isCharged = due.kind !== "deposit" && due.kind !== "late_charge" && due.lateChargeId === undefined;
  if (terms.lateCharge === null || terms.lateCharge.amount === 0 || !isCharged || dues.length >= mostDues) return null;
  if (!isPursued(booking, due) || isUnderWay(booking, due, now)) return null;
  const uncounted = [...pauses, ...spared].toSorted((one, other) => one.from.localeCompare(other.from));
  const date = afterCountedDays({ pauses: uncounted }, countsFrom(booking, due), terms.lateCharge.graceDays + 1);
  return later(collectionAt(date, terms.timeZone), due.goesOnAt ?? "");
}

/** How much is charged for a due that is late, in minor units: 0 where that is less than can be charged. */
export function lateChargeOn({ terms, currency }: Booking, due: Due): number {
  if (terms.lateCharge === null) return 0;
  const { amount, capPercent } = terms.lateCharge;
  const cap = capPercent === null ? amount : shareWithin(unpaid(due), capPercent, currency);
  const charged = Math.min(amount, cap);
  return chargeProblem(charged, currency) === null ? charged : 0;
}
