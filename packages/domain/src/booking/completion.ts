import { plus, revenueEarned } from "../ledger/index.ts";
import { dateIn, type Instant } from "../time/index.ts";
import { fallDue } from "./billing.ts";
import { type Booking, type BookingChange, bookingEvent, factContext } from "./booking.ts";
import { completesAt } from "./deadline.ts";
import { toBill } from "./due.ts";
import { nextVersion } from "./next-version.ts";

/**
 * Completes an admitted booking after its last day and recognizes its revenue, including that of a plan that runs on.
 * Null before that, and while a due that has fallen due is not billed yet: it belongs to the time before completion.
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
