import { addDays, type Instant, startOfDay } from "../time/index.ts";
import type { Booking } from "./booking.ts";
import { countsFrom } from "./collection-time.ts";
import { debitNoticeDeadline } from "./debit-notice-rule.ts";
import { type Due, isAtRest, isBilled, unpaid, waitsForConfirmation } from "./due.ts";
import { lateChargeDeadline } from "./late-charge-rule.ts";
import { nextTryAt } from "./next-try.ts";
import { nonPaymentDeadline } from "./non-payment.ts";
import { noticeDeadline } from "./notice-plan.ts";
import { removalAt } from "./removal.ts";
import { taskDeadline } from "./task-rule.ts";
import { debitNoticeDays } from "./varied-debit.ts";

/** Whether an open payoff covers a due: it is not billed meanwhile. */
const isBeingPaidOff = ({ payoff }: Booking, { id }: Due): boolean =>
  payoff?.dues.some(({ dueId }) => dueId === id) ?? false;

/** The instant at which a due asks for attention: billed on its date, past due the day after; null when settled. */
export function dueDeadline(booking: Booking, due: Due): Instant | null {
  if (unpaid(due) === 0 || waitsForConfirmation(booking, due) || isBeingPaidOff(booking, due)) return null;
  const zone = booking.terms.timeZone;
  if (!isBilled(due)) return startOfDay(due.dueOn, zone);
  return isAtRest(due) ? startOfDay(addDays(countsFrom(booking, due), 1), zone) : null;
}

/** The instant at which a due is collected with the saved method, unless something is under way for it. */
const tryDeadline = (booking: Booking, due: Due, now: Instant): Instant | null =>
  due.openAttemptId === null ? nextTryAt(booking, due, now) : null;

/** All that one due asks for, at its date, before it and afterwards. */
const deadlinesOf = (booking: Booking, due: Due, now: Instant): (Instant | null)[] => [
  dueDeadline(booking, due),
  tryDeadline(booking, due, now),
  noticeDeadline(booking, due, now),
  debitNoticeDeadline(booking, due),
  lateChargeDeadline(booking, due, now),
  taskDeadline(booking, due, now),
];

const leastOf = (deadlines: (Instant | null)[]): Instant | null =>
  deadlines.reduce((least, one) => (least === null || (one !== null && one < least) ? one : least), null);

/**
 * The least of what dues ask for. Nothing is asked of a due before its first notice, so that those of later months are
 * not looked at: a plan of many months costs no more than one of few, at each write of its booking.
 */
function duesDeadline(booking: Booking, now: Instant): Instant | null {
  const ahead = Math.max(debitNoticeDays, ...booking.terms.collection.noticeDaysBefore) + daysBetweenZones;
  let least = nonPaymentDeadline(booking, now);
  let horizon = least === null ? null : addDays(least.slice(0, 10), ahead);
  const open = booking.dues.filter((due) => unpaid(due) > 0);
  for (const due of open.toSorted((one, other) => one.dueOn.localeCompare(other.dueOn))) {
    if (horizon !== null && due.dueOn > horizon) break;
    const found = leastOf([least, ...deadlinesOf(booking, due, now)]);
    if (found === least) continue;
    least = found;
    horizon = found === null ? null : addDays(found.slice(0, 10), ahead);
  }
  return least;
}

/** A date in a zone is at most a day from the one that an instant begins with. */
const daysBetweenZones = 2;

/** 00:00 of the day after the last, in the cohort's zone: when an admitted booking is completed. */
export const completesAt = ({ terms }: Booking): Instant => startOfDay(addDays(terms.endsOn, 1), terms.timeZone);

function deadlines(booking: Booking, now: Instant): (Instant | null)[] {
  switch (booking.status) {
    case "held":
      return [booking.holdExpiresAt];
    case "awaiting_clearance":
      return [booking.clearanceDueAt, ...booking.clearanceReminders, duesDeadline(booking, now)];
    case "confirmed":
      return [booking.admission?.outcome === "admitted" ? completesAt(booking) : null, duesDeadline(booking, now)];
    case "expired":
    case "cancelled":
      return [removalAt(booking)];
    case "completed":
      return [duesDeadline(booking, now)];
    case "declined":
      return [];
  }
}

/** The least of a booking's deadlines as they are at `now`, or null. */
export const nextDeadline = (booking: Booking, now: Instant): Instant | null => leastOf(deadlines(booking, now));
