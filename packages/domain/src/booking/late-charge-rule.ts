import { chargeProblem, shareWithin } from "../money/index.ts";
import { type Instant, later } from "../time/index.ts";
import type { Booking } from "./booking.ts";
import { collectionAt, countsFrom } from "./collection-time.ts";
import { type Due, unpaid } from "./due.ts";
import { isPursued, isUnderWay } from "./next-try.ts";
import { afterCountedDays } from "./pause.ts";

/** The most dues per booking: each enlarges the booking's item and every write of it. */
export const mostDues = 200;

/**
 * When an unpaid due gets its late charge, after its grace days; null if never. A due gets at most one; the deposit and
 * late charges get none. Nothing is charged while a payment is under way or collection is paused.
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

/**
 * The late charge for a due, in minor units: the program's amount, capped by the legal percentage of the unpaid amount;
 * 0 if that is too small to charge.
 */
export function lateChargeOn({ terms, currency }: Booking, due: Due): number {
  if (terms.lateCharge === null) return 0;
  const { amount, capPercent } = terms.lateCharge;
  const cap = capPercent === null ? amount : shareWithin(unpaid(due), capPercent, currency);
  const charged = Math.min(amount, cap);
  return chargeProblem(charged, currency) === null ? charged : 0;
}
