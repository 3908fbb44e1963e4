import type { CalendarDate, Instant } from "../time/index.ts";
import { type AdmissionOutcome, type Booking, type BookingChange, bookingEvent } from "./booking.ts";
import { nextVersion } from "./next-version.ts";

/** Staff may record an admission on a confirmed booking from the first day on, in the cohort's zone, once. */
export function mayAdmit(booking: Booking, today: CalendarDate): boolean {
  return booking.status === "confirmed" && booking.admission === null && today >= booking.terms.startsOn;
}

/** The participant has arrived. `no_show` and `turned_away` end the booking instead. */
export function admit(before: Booking, by: string, now: Instant): BookingChange {
  const admission = { outcome: "admitted" as AdmissionOutcome, at: now, by };
  return nextVersion(before, now, { admission }, (booking) => ({
    events: [bookingEvent(booking, "ParticipantAdmitted", { outcome: "admitted" })],
    journal: [],
  }));
}
