import { chargeProblem, shareWithin } from "../money/index.ts";
import { hasCome, type Instant, later } from "../time/index.ts";
import type { Booking } from "./booking.ts";
import { collectionAt, countsFrom, nextCollection } from "./collection-time.ts";
import { type Due, unpaid, withSameDate } from "./due.ts";
import { isPursued, isUnderWay, isVariedDebitPlanned } from "./next-try.ts";
import { afterCountedDays } from "./pause.ts";
import { lateFrom } from "./when-due.ts";

/** The most dues per booking: each enlarges the booking's item and every write of it. */
export const mostDues = 200;

/**
 * When an unpaid due gets its late charge, after its grace days; null if never. A due gets at most one; the deposit and
 * late charges get none. Nothing is charged while a payment is under way or collection is paused.
 */
export function lateChargeDeadline(booking: Booking, due: Due, now: Instant): Instant | null {
  const at = graceEndsAt(booking, due);
  if (at === null || !isPursued(booking, due) || isUnderWay(booking, due, now)) return null;
  return later(at, due.goesOnAt ?? "");
}

/**
 * The first collection time after a due's grace days, for a due that can get a late charge. A changed debit is collected
 * without one, so while it is planned, the days of a due that was late before count from that debit.
 */
function graceEndsAt(booking: Booking, due: Due): Instant | null {
  const { terms, dues, pauses = [], spared = [] } = booking;
  const isCharged = due.kind !== "deposit" && due.kind !== "late_charge" && due.lateChargeId === undefined;
  if (terms.lateCharge === null || terms.lateCharge.amount === 0 || !isCharged || dues.length >= mostDues) return null;
  const uncounted = [...pauses, ...spared].toSorted((one, other) => one.from.localeCompare(other.from));
  const from = isVariedDebitPlanned(booking, due) ? countsFrom(booking, due) : lateFrom(booking, due);
  return collectionAt(afterCountedDays({ pauses: uncounted }, from, terms.lateCharge.graceDays + 1), terms.timeZone);
}

/**
 * The dues of the next version. If a decision ends the plan of a changed debit whose due is late past its grace days,
 * the late charge follows at the next collection time.
 */
export function chargedAtNextCollection(before: Booking, after: Booking, now: Instant): Due[] {
  return after.dues.map((due) => {
    const old = withSameDate(before.dues, due);
    if (old === undefined || unpaid(due) === 0) return due;
    const at = graceEndsAt(after, due);
    const planned = graceEndsAt(before, old);
    const isSudden = at !== null && planned !== null && hasCome(at, now) && !hasCome(planned, now);
    return isSudden ? { ...due, goesOnAt: nextCollection(now, after.terms.timeZone) } : due;
  });
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
