import { addDays, type CalendarDate, dateIn, type Instant, isOfAge } from "../time/index.ts";

/** Who takes part. The date of birth is the person's own, in no time zone. */
export type Participant = { name: string; email: string; phone: string; dateOfBirth: CalendarDate };

export type BirthRefusal = "in_the_future" | "too_long_ago" | "under_age";

const oldest = 120;
const youngest = 18;

/**
 * Why a date of birth takes no part in a cohort that starts on a date: nobody is born after today or was
 * born over 120 years ago, and participants are adults on the first day. Null when it may.
 */
export function refuseBirth(bornOn: CalendarDate, startsOn: CalendarDate, today: CalendarDate): BirthRefusal | null {
  if (bornOn > today) return "in_the_future";
  if (isOfAge(bornOn, oldest, addDays(today, -1))) return "too_long_ago";
  return isOfAge(bornOn, youngest, startsOn) ? null : "under_age";
}

/** Why somebody takes no part in the cohort of these terms; null when they may. Today is the cohort's. */
export const refuseParticipant = (
  { dateOfBirth }: Participant,
  { startsOn, timeZone }: { startsOn: CalendarDate; timeZone: string },
  now: Instant,
): BirthRefusal | null => refuseBirth(dateOfBirth, startsOn, dateIn(timeZone, now));
