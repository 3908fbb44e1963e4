import { type BirthRefusal, type BookingTerms, refuseBirth } from "@clearing/domain/booking";
import { dateIn, type Instant } from "@clearing/domain/time";

const messages: Record<BirthRefusal, string> = {
  in_the_future: "Must not be in the future",
  too_long_ago: "Must not be over 120 years ago",
  under_age: "The participant must be 18 on the first day",
};

/** What is wrong with a participant's date of birth, in the API's words; `prefix` leads to the participant in the body. */
export function birthErrors(
  bornOn: string,
  { startsOn, timeZone }: Pick<BookingTerms, "startsOn" | "timeZone">,
  now: Instant,
  prefix: "" | "participant.",
) {
  const refusal = refuseBirth(bornOn, startsOn, dateIn(timeZone, now));
  return refusal === null ? [] : [{ path: `${prefix}dateOfBirth`, message: messages[refusal] }];
}
