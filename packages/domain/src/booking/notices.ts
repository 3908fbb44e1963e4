import { dateIn, hasCome, type Instant } from "../time/index.ts";
import { type Booking, type BookingChange, bookingEvent } from "./booking.ts";
import { aboutDue, type Due, type Notice, replaceDue } from "./due.ts";
import { nextTryAt } from "./next-try.ts";
import { nextVersion } from "./next-version.ts";
import { cancelsOn } from "./non-payment.ts";
import { isNoticed, unsentNotices } from "./notice-plan.ts";

/**
 * Sends the notices whose time has come: of each due the latest that is still true, since a sweep that was late does not
 * tell what is over. Each goes once for a date. Null when there is nothing to send.
 */
export function sendNotices(before: Booking, now: Instant): BookingChange | null {
  const today = dateIn(before.terms.timeZone, now);
  const fallen = before.dues.flatMap((due) => {
    const come = isNoticed(before, due) ? unsentNotices(before, due).filter(({ at }) => hasCome(at, now)) : [];
    return come.length === 0 ? [] : [{ due, come }];
  });
  if (fallen.length === 0) return null;
  let { dues } = before;
  for (const { due, come } of fallen) {
    const kept = (due.notices ?? []).filter(({ dueOn }) => dueOn === due.dueOn);
    const notices = [...kept, ...come.map(({ kind, days, dueOn }): Notice => ({ kind, days, dueOn }))];
    dues = replaceDue(dues, { ...due, notices });
  }
  return nextVersion(before, now, { dues }, (booking) => ({
    events: fallen.flatMap(({ due, come }) => {
      const last = come.findLast(({ kind }) => kind !== "upcoming" || today <= due.dueOn);
      return last === undefined ? [] : [noticeOf(booking, due, last, now)];
    }),
    journal: [],
  }));
}

function noticeOf(booking: Booking, due: Due, { kind, days }: Notice, now: Instant) {
  return bookingEvent(booking, "DueNotice", {
    ...aboutDue(due, booking),
    kind,
    days,
    byLink: nextTryAt(booking, due, now) === null,
    cancelsOn: kind === "final" ? cancelsOn(booking, now) : null,
  });
}
