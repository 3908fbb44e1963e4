import { plus, revenueEarned } from "../ledger/index.ts";
import { dateIn, type Instant } from "../time/index.ts";
import { fallDue } from "./billing.ts";
import { type Booking, type BookingChange, bookingEvent, factContext } from "./booking.ts";
import { completesAt } from "./deadline.ts";
import { toBill } from "./due.ts";
import { nextVersion } from "./next-version.ts";

/**
 * Completes an admitted booking once its last day is over: only then is revenue earned, that of a plan which runs on
 * included. Null while it is not due, or while a due that has fallen due is not billed: it belongs to the time before.
 */
export function complete(before: Booking, now: Instant): BookingChange | null {
  if (before.status !== "confirmed" || before.admission?.outcome !== "admitted" || completesAt(before) > now) {
    return null;
  }
  if (fallDue(before, now) !== null) return null;
  const at = factContext(before, dateIn(before.terms.timeZone, now));
  const unbilled = before.dues.map(toBill).reduce(plus);
  return nextVersion(before, now, { facts: ["cohort_ended"] }, (booking) => ({
    events: [bookingEvent(booking, "BookingCompleted")],
    journal: revenueEarned({ bookingId: before.id, deferred: before.deferred, toBill: unbilled }, at),
  }));
}
