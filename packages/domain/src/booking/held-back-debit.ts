import { lastBankDebitOn } from "../plan/bank-debit-window.ts";
import { addDays, type CalendarDate, dateIn, later } from "../time/index.ts";
import type { Booking } from "./booking.ts";
import { nextCollection } from "./collection-time.ts";
import type { Due } from "./due.ts";
import { resumedOn } from "./pause.ts";
import { debitNoticeDays, isDebited, isListed } from "./varied-debit.ts";

/**
 * Whether a due's first debit is held back: its date lies in the days before the start, so it is debited from the first
 * day on, which the permission does not list.
 */
export function isHeldBack(booking: Booking, due: Due): boolean {
  const { dueOn, tries } = due;
  const { startsOn } = booking.terms;
  const last = lastBankDebitOn(startsOn, booking.currency);
  return (
    isListed(due) && isDebited(booking) && tries === undefined && last !== null && dueOn > last && dueOn < startsOn
  );
}

/** When to send the notice of a held-back debit: ten days before the first day, or as soon as possible after that. */
export function heldBackNoticeOn(booking: Booking): CalendarDate {
  const { startsOn, timeZone } = booking.terms;
  const since = booking.permission === undefined ? null : nextCollection(booking.permission.at, timeZone);
  const dates = [since === null ? null : dateIn(timeZone, since), resumedOn(booking)];
  return dates.filter((date) => date !== null).reduce(later, addDays(startsOn, -debitNoticeDays));
}

/** The first date on which a held-back debit is allowed: the tenth day after its notice. Null if it is not held back. */
export const heldBackUntil = (booking: Booking, due: Due): CalendarDate | null =>
  isHeldBack(booking, due) ? addDays(due.heldBackNoticedOn ?? heldBackNoticeOn(booking), debitNoticeDays) : null;

/** Whether the notice of a held-back debit is still to be sent. */
export const awaitsHeldBackNotice = (booking: Booking, due: Due): boolean =>
  due.heldBackNoticedOn === undefined && isHeldBack(booking, due);
