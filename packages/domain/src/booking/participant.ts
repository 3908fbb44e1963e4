import { addDays, type CalendarDate, dateIn, type Instant, isOfAge } from "../time/index.ts";

/** The person who takes part. The date of birth has no time zone. */
export type Participant = { name: string; email: string; phone: string; dateOfBirth: CalendarDate };

export type BirthRefusal = "in_the_future" | "too_long_ago" | "under_age";

const oldest = 120;
const youngest = 18;

/**
 * Why a participant with this date of birth cannot take part in a cohort that starts on `startsOn`; null if they can.
 * The date may not lie in the future or over 120 years back, and the participant must be 18 on the first day.
 */
export function refuseBirth(bornOn: CalendarDate, startsOn: CalendarDate, today: CalendarDate): BirthRefusal | null {
  if (bornOn > today) return "in_the_future";
  if (isOfAge(bornOn, oldest, addDays(today, -1))) return "too_long_ago";
  return isOfAge(bornOn, youngest, startsOn) ? null : "under_age";
}

/**
 * Why a person cannot take part in the cohort with these terms; null if they can. Today is the date in the cohort's
 * zone.
 */
export const refuseParticipant = (
  { dateOfBirth }: Participant,
  { startsOn, timeZone }: { startsOn: CalendarDate; timeZone: string },
  now: Instant,
): BirthRefusal | null => refuseBirth(dateOfBirth, startsOn, dateIn(timeZone, now));
