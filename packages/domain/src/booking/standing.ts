import type { CalendarDate } from "../time/index.ts";
import type { Booking } from "./booking.ts";
import { type Due, unpaid } from "./due.ts";
import { afterCountedDays } from "./pause.ts";
import { statusOn } from "./resting.ts";
import { type BookingStatus, bookingStatuses } from "./transitions.ts";
import { lateFrom } from "./when-due.ts";

/** The payment standings, in order of precedence: the first that applies counts. */
export const standings = [
  "disputed",
  "delinquent",
  "past_due",
  "action_required",
  "processing",
  "paid_in_full",
  "current",
] as const;
export type Standing = (typeof standings)[number];

/** The statuses in which a booking can have a standing. A booking that ended early owes nothing and is `current`. */
export const statusesOf = (standing: Standing): readonly BookingStatus[] =>
  standing === "current" ? bookingStatuses : bookingStatuses.filter((status) => !endedEarly(status));

const endedEarly = (status: BookingStatus): boolean =>
  status === "expired" || status === "cancelled" || status === "declined";

const delinquentAfterDays = 30;

/**
 * The date on which an unpaid due makes its booking delinquent. Paused days do not count. Null for a late charge, which
 * never does.
 */
export const delinquentOn = (booking: Booking, due: Due): CalendarDate | null =>
  due.kind === "late_charge" ? null : afterCountedDays(booking, lateFrom(booking, due), delinquentAfterDays + 1);

/** The payment standing of a booking on `today` in the cohort's time zone; derived, never stored. */
export function standing(booking: Booking, today: CalendarDate): Standing {
  const { dues, status, pauses = [] } = booking;
  const open = dues.filter((due) => unpaid(due) > 0);
  const late = open.filter((due) => statusOn(booking, due, today) === "past_due");
  const counted = { ...booking, pauses: pauses.map(({ from, until }) => ({ from, until: until ?? today })) };
  const isDelinquent = (due: Due) => {
    const from = delinquentOn(counted, due);
    return from !== null && from <= today;
  };
  if (late.some(isDelinquent)) return "delinquent";
  if (late.length > 0) return "past_due";
  if (open.some((due) => due.status === "action_required")) return "action_required";
  if (open.some((due) => due.status === "processing")) return "processing";
  return open.length === 0 && !endedEarly(status) ? "paid_in_full" : "current";
}

/** The unpaid amount of all dues that are not cancelled, in minor units. */
export const balance = ({ dues }: Booking): number => dues.reduce((sum, due) => sum + unpaid(due), 0);

/** Whether the payments that the bank is processing pay everything that is left. */
export const isAllProcessing = ({ dues }: Booking): boolean =>
  dues.every((due) => unpaid(due) === 0 || (due.status === "processing" && !due.openPart));

/** Whether nothing is left to pay. */
export const isSettled = (booking: Booking): boolean => balance(booking) === 0;
