import { dateIn, type Instant } from "../time/index.ts";
import { type Booking, type BookingChange, bookingEvent } from "./booking.ts";
import { type Due, dueEventData, type Notice } from "./due.ts";
import { nextPayment } from "./next-payment.ts";
import { nextVersion } from "./next-version.ts";
import { cancelsOn, isToCancel } from "./non-payment.ts";
import { noticeNow } from "./notice-plan.ts";

/**
 * Sends the notices that are due. A late sweep sends only the latest one of each due. Each notice is sent once per due
 * date. Null if there is nothing to send, or if the booking is to be cancelled now.
 */
export function sendNotices(before: Booking, now: Instant): BookingChange | null {
  if (isToCancel(before, now)) return null;
  const on = dateIn(before.terms.timeZone, now);
  const sent: { due: Due; notice: Notice }[] = [];
  const dues = before.dues.map((due): Due => {
    const next = noticeNow(before, due, now);
    if (next === null) return due;
    const { dueOn, notices = [] } = due;
    const notice: Notice = { kind: next.kind, days: next.days, dueOn, on };
    sent.push({ due, notice });
    return { ...due, notices: [...notices.filter((one) => one.dueOn === dueOn), notice] };
  });
  if (sent.length === 0) return null;
  return nextVersion(before, now, { dues }, (booking) => ({
    events: sent.map(({ due, notice }) => noticeOf(booking, due, notice, now)),
    journal: [],
  }));
}

function noticeOf(booking: Booking, due: Due, { kind, days, on }: Notice, now: Instant) {
  return bookingEvent(booking, "DueNotice", {
    ...dueEventData(due, booking),
    kind,
    days,
    byLink: nextPayment(booking, due, now).kind === "link",
    cancelsOn: kind === "final" ? cancelsOn(booking, due, on) : null,
  });
}
