import { dateIn, type Instant } from "../time/index.ts";
import type { Booking } from "./booking.ts";
import { type Person, sightOf } from "./relation.ts";
import { type Standing, standing, statusesOf } from "./standing.ts";
import { type BookingStatus, bookingStatuses } from "./transitions.ts";

/** Filters of a booking list; an undefined filter matches everything. */
export type BookingFilter = {
  cohortId?: string | undefined;
  status?: BookingStatus | undefined;
  standing?: Standing | undefined;
};

/** The statuses that can match a filter; null if all can. */
export function statusesPassing({ status, standing }: BookingFilter): readonly BookingStatus[] | null {
  const statuses = (standing === undefined ? bookingStatuses : statusesOf(standing)).filter(
    (one) => status === undefined || one === status,
  );
  return statuses.length === bookingStatuses.length ? null : statuses;
}

/**
 * Whether a person sees a booking in a list as of now. To a person who may not see its money, it shows as `current`.
 */
export function isListed(booking: Booking, person: Person, filter: BookingFilter, now: Instant): boolean {
  const sight = sightOf(person, booking);
  if (sight === null) return false;
  const shown = sight.money ? standing(booking, dateIn(booking.terms.timeZone, now)) : "current";
  return (
    (filter.cohortId === undefined || booking.cohortId === filter.cohortId) &&
    (filter.status === undefined || booking.status === filter.status) &&
    (filter.standing === undefined || shown === filter.standing)
  );
}

/** The statuses of bookings whose participants take part in a cohort, may still do so, or did. */
export const rosterStatuses: readonly BookingStatus[] = ["held", "awaiting_clearance", "confirmed", "completed"];

export const isOnRoster = ({ status }: Booking): boolean => rosterStatuses.includes(status);
