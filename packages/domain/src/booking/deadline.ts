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

/** Whether an open payoff covers a due. Such a due is not billed. */
const isBeingPaidOff = ({ payoff }: Booking, { id }: Due): boolean =>
  payoff?.dues.some(({ dueId }) => dueId === id) ?? false;

/**
 * When a due next changes: it is billed on its date and past due the day after. Null if nothing is unpaid, if it waits
 * for the confirmation, or if a payoff covers it.
 */
export function dueDeadline(booking: Booking, due: Due): Instant | null {
  if (unpaid(due) === 0 || waitsForConfirmation(booking, due) || isBeingPaidOff(booking, due)) return null;
  const zone = booking.terms.timeZone;
  if (!isBilled(due)) return startOfDay(due.dueOn, zone);
  return isAtRest(due) ? startOfDay(addDays(countsFrom(booking, due), 1), zone) : null;
}

/** When a due is next collected with the saved method; null while another payment is under way. */
const tryDeadline = (booking: Booking, due: Due, now: Instant): Instant | null =>
  due.openAttemptId === null ? nextTryAt(booking, due, now) : null;

/** Every deadline of one due, before, on and after its date. */
const deadlinesOf = (booking: Booking, due: Due, now: Instant): (Instant | null)[] => [
  dueDeadline(booking, due),
  tryDeadline(booking, due, now),
  noticeDeadline(booking, due, now),
  debitNoticeDeadline(booking, due, now),
  lateChargeDeadline(booking, due, now),
  taskDeadline(booking, due, now),
];

const leastOf = (deadlines: (Instant | null)[]): Instant | null =>
  deadlines.reduce((least, one) => (least === null || (one !== null && one < least) ? one : least), null);

/**
 * The earliest deadline of all dues. A due has no deadline before its first notice, so the loop stops at later months.
 * A plan of many months costs no more per write than a short one.
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

/** Two dates in the cohort's time zone may each differ by one day from the UTC date of their instant. */
const daysBetweenZones = 2;

/** 00:00 of the day after the last day, in the cohort's time zone: when an admitted booking is completed. */
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

/** The booking's earliest deadline as of `now`, or null. */
export const nextDeadline = (booking: Booking, now: Instant): Instant | null => leastOf(deadlines(booking, now));
