import { dateIn, hasCome, type Instant } from "../time/index.ts";
import { type Booking, type BookingChange, bookingEvent } from "./booking.ts";
import { debitNoticeDeadline } from "./debit-notice-rule.ts";
import { type Due, dueEventData, replaceDue } from "./due.ts";
import { isHeldBack } from "./held-back-debit.ts";
import { nextPayment } from "./next-payment.ts";
import { nextVersion } from "./next-version.ts";
import { isToCancel, willCancelOn } from "./non-payment.ts";
import { debitNoticeDays } from "./varied-debit.ts";

/**
 * Notifies the client of each bank debit that differs from the permission's list, ten days ahead. Null if there is
 * none, or if the booking is to be cancelled now.
 */
export function noticeVariedDebits(before: Booking, now: Instant): BookingChange | null {
  if (isToCancel(before, now)) return null;
  const told = before.dues.flatMap((due) => {
    const at = debitNoticeDeadline(before, due, now);
    return at === null || !hasCome(at, now) ? [] : [toldOf(before, due, now)];
  });
  if (told.length === 0) return null;
  return nextVersion(before, now, { dues: told.reduce(replaceDue, before.dues) }, (booking) => ({
    events: told.map((due) =>
      bookingEvent(booking, "DueNotice", {
        ...dueEventData(due, booking),
        ...{
          kind: "changed",
          days: debitNoticeDays,
          byLink: nextPayment(booking, due, now).kind === "link",
          cancelsOn: null,
        },
      }),
    ),
    journal: [],
  }));
}

/** One notice tells the due's amount and date, and until when its debit is held back. */
function toldOf(booking: Booking, due: Due, now: Instant): Due {
  const noticedOn = dateIn(booking.terms.timeZone, now);
  const isAnnounced = isHeldBack(booking, due) && willCancelOn(booking, due, now) === null;
  return {
    ...due,
    ...(due.varied === undefined ? {} : { varied: { ...due.varied, noticedOn } }),
    ...(isAnnounced ? { heldBackNoticedOn: noticedOn } : {}),
  };
}
