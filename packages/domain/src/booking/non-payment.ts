import { addDays, type CalendarDate, dateIn, hasCome, type Instant, later } from "../time/index.ts";
import type { Booking } from "./booking.ts";
import { collectionAt, nextCollection } from "./collection-time.ts";
import { type Due, unpaid } from "./due.ts";
import { isOnItsWay, isPursued, isUnderWay } from "./next-try.ts";
import { finallyNoticedOn, finalNoticeOn } from "./notice-plan.ts";
import { afterCountedDays } from "./pause.ts";
import { wasDueOn, whenDue } from "./when-due.ts";

/**
 * The date on which a booking is cancelled if a due stays unpaid after its final notice on `noticedOn`. Null if the
 * program does not cancel for non-payment or not for this due, or if no day before the start is left. Paused days do
 * not count.
 */
export function cancelsOn(booking: Booking, due: Due, noticedOn: CalendarDate): CalendarDate | null {
  const { terms, pauses } = booking;
  const isLive = booking.status === "awaiting_clearance" || booking.status === "confirmed";
  if (terms.nonPayment === null || due.kind === "late_charge" || !isLive) return null;
  const first = addDays(terms.startsOn, -terms.nonPayment.cancelDaysBefore);
  const resumed = pauses?.at(-1)?.until ?? "";
  const date = later(later(first, resumed), afterCountedDays(booking, noticedOn, 1));
  return date < terms.startsOn ? date : null;
}

/**
 * When a booking is cancelled for a due after its final notice: at that date's collection time, but no earlier than the
 * first collection time after the latest confirmation.
 */
function cancelledAt(booking: Booking, due: Due, noticedOn = finallyNoticedOn(due)): Instant | null {
  const on = noticedOn === null ? null : cancelsOn(booking, due, noticedOn);
  if (on === null) return null;
  const { timeZone } = booking.terms;
  const confirmed = booking.timeline.findLast(({ event }) => event === "BookingConfirmed")?.at;
  const checked = confirmed === undefined ? "" : nextCollection(confirmed, timeZone);
  return [checked, due.goesOnAt ?? ""].reduce(later, collectionAt(on, timeZone));
}

/**
 * The date on which a booking will be cancelled if a due stays unpaid, also before its final notice is sent; null if it
 * will not be cancelled for this due.
 */
export function willCancelOn(booking: Booking, due: Due, now: Instant): CalendarDate | null {
  const { startsOn, timeZone } = booking.terms;
  const today = dateIn(timeZone, now);
  const planned = finalNoticeOn(booking, due);
  const noticedOn = finallyNoticedOn(due) ?? (planned === null ? null : later(planned, today));
  const at = cancelledAt(booking, due, noticedOn);
  const date = at === null ? null : later(dateIn(timeZone, at), today);
  return date !== null && date < startsOn ? date : null;
}

/** A cancellation that a final notice announced, with the date on which its due was due and the instant. */
export type AnnouncedCancellation = { due: Due; wasDueOn: CalendarDate; at: Instant };

/**
 * The announced cancellations that are not averted. During a pause the instant may pass without effect. A due that the
 * bank or a try is collecting is left out: a mail reports the outcome. So is one that waits for another confirmation,
 * which gives it another date.
 */
export function announcedCancellations(booking: Booking, now: Instant): AnnouncedCancellation[] {
  const today = dateIn(booking.terms.timeZone, now);
  return booking.dues
    .filter((due) => finallyNoticedOn(due) !== null && unpaid(due) > 0 && !isOnItsWay(booking, due, now))
    .filter((due) => whenDue(booking, due, today) !== null && willCancelOn(booking, due, now) !== null)
    .flatMap((due) => {
      const at = cancelledAt(booking, due);
      return at === null ? [] : [{ due, wasDueOn: wasDueOn(booking, due, now), at }];
    });
}

/**
 * Whether non-payment can cancel a booking in its present status. A booking that awaits its clearance ends by its own
 * deadline, and may be confirmed before.
 */
export const mayBeCancelledUnpaid = ({ status }: Booking): boolean => status === "confirmed";

/**
 * When a confirmed booking is cancelled for non-payment; null if it is not. Dues that are under way, paused or waived
 * do not count. Nothing is cancelled from the first day on.
 */
export function nonPaymentDeadline(booking: Booking, now: Instant): Instant | null {
  const { startsOn, timeZone } = booking.terms;
  if (!mayBeCancelledUnpaid(booking) || dateIn(timeZone, now) >= startsOn) return null;
  const [next] = booking.dues
    .filter((due) => finallyNoticedOn(due) !== null && isPursued(booking, due) && !isUnderWay(booking, due, now))
    .map((due) => cancelledAt(booking, due))
    .filter((at) => at !== null)
    .sort();
  return next ?? null;
}

/** Whether a booking is to be cancelled now for non-payment. */
export function isToCancel(booking: Booking, now: Instant): boolean {
  const at = nonPaymentDeadline(booking, now);
  return at !== null && hasCome(at, now);
}
