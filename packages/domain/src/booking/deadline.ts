import { addDays, type Instant, startOfDay } from "../time/index.ts";
import type { Booking } from "./booking.ts";
import { countsFrom } from "./collection-time.ts";
import { debitNoticeDeadline } from "./debit-notice-rule.ts";
import { type Due, isAtRest, unpaid, waitsForConfirmation } from "./due.ts";
import { lateChargeDeadline } from "./late-charge-rule.ts";
import { nextTryAt } from "./next-try.ts";
import { nonPaymentDeadline } from "./non-payment.ts";
import { noticeDeadline } from "./notice-plan.ts";
import { removalAt } from "./removal.ts";
import { taskDeadline } from "./task-rule.ts";

/** Whether an open payoff covers a due: it is not billed meanwhile. */
const isBeingPaidOff = ({ payoff }: Booking, { id }: Due): boolean =>
  payoff?.dues.some(({ dueId }) => dueId === id) ?? false;

/** The instant at which a due asks for attention: billed on its date, past due the day after; null when settled. */
export function dueDeadline(booking: Booking, due: Due): Instant | null {
  if (unpaid(due) === 0 || waitsForConfirmation(booking, due) || isBeingPaidOff(booking, due)) return null;
  const zone = booking.terms.timeZone;
  if (due.billed < due.amount) return startOfDay(due.dueOn, zone);
  return isAtRest(due) ? startOfDay(addDays(countsFrom(booking, due), 1), zone) : null;
}

/** The instant at which a due is collected with the saved method, unless something is under way for it. */
const tryDeadline = (booking: Booking, due: Due, now: Instant): Instant | null =>
  due.openAttemptId === null ? nextTryAt(booking, due, now) : null;

/** All that dues ask for, at their dates and afterwards. */
const duesDeadlines = (booking: Booking, now: Instant): (Instant | null)[] => [
  nonPaymentDeadline(booking, now),
  ...booking.dues.flatMap((due) => [
    dueDeadline(booking, due),
    tryDeadline(booking, due, now),
    noticeDeadline(booking, due, now),
    debitNoticeDeadline(booking, due),
    lateChargeDeadline(booking, due, now),
    taskDeadline(booking, due, now),
  ]),
];

/** 00:00 of the day after the last, in the cohort's zone: when an admitted booking is completed. */
export const completesAt = ({ terms }: Booking): Instant => startOfDay(addDays(terms.endsOn, 1), terms.timeZone);

function deadlines(booking: Booking, now: Instant): (Instant | null)[] {
  switch (booking.status) {
    case "held":
      return [booking.holdExpiresAt];
    case "awaiting_clearance":
      return [booking.clearanceDueAt, ...booking.clearanceReminders, ...duesDeadlines(booking, now)];
    case "confirmed":
      return [booking.admission?.outcome === "admitted" ? completesAt(booking) : null, ...duesDeadlines(booking, now)];
    case "expired":
    case "cancelled":
      return [removalAt(booking)];
    case "completed":
      return duesDeadlines(booking, now);
    case "declined":
      return [];
  }
}

/** The least of a booking's deadlines as they are at `now`, or null. */
export function nextDeadline(booking: Booking, now: Instant): Instant | null {
  const [first] = deadlines(booking, now)
    .filter((deadline) => deadline !== null)
    .sort();
  return first ?? null;
}
