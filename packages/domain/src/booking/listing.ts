import { dateIn, type Instant } from "../time/index.ts";
import type { Booking } from "./booking.ts";
import { type Person, sightOf } from "./relation.ts";
import { type Standing, standing, statusesOf } from "./standing.ts";
import { type BookingStatus, bookingStatuses } from "./transitions.ts";

/** What a list of bookings is narrowed to; what is undefined narrows nothing. */
export type BookingFilter = {
  cohortId?: string | undefined;
  status?: BookingStatus | undefined;
  standing?: Standing | undefined;
};

/** The statuses in which a booking can pass a filter; null where any can. */
export function statusesPassing({ status, standing }: BookingFilter): readonly BookingStatus[] | null {
  const statuses = (standing === undefined ? bookingStatuses : statusesOf(standing)).filter(
    (one) => status === undefined || one === status,
  );
  return statuses.length === bookingStatuses.length ? null : statuses;
}

/** Whether a person sees a booking in a list, as it stands today. Without money in sight it stands as `current`. */
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

/** The statuses of those who take part in a cohort, may still, or did. */
export const rosterStatuses: readonly BookingStatus[] = ["held", "awaiting_clearance", "confirmed", "completed"];

export const isOnRoster = ({ status }: Booking): boolean => rosterStatuses.includes(status);
