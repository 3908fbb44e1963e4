import type { Clearance } from "../screening/index.ts";
import { type CalendarDate, dateIn, type Instant } from "../time/index.ts";
import { type AdmissionOutcome, type Booking, type BookingChange, bookingEvent } from "./booking.ts";
import { endBooking } from "./ending.ts";
import { isCleared } from "./next-step.ts";
import { nextVersion } from "./next-version.ts";
import { isExpected } from "./outlook.ts";
import type { Refund } from "./refund.ts";

/** Admins record arrivals and no-shows; only a clinician turns a participant away. */
export const admissionRole = (outcome: AdmissionOutcome): "admin" | "clinician" =>
  outcome === "turned_away" ? "clinician" : "admin";

/** Staff may record an admission once, on a confirmed booking, from the cohort's first day on (in its time zone). */
export function mayAdmit(booking: Booking, today: CalendarDate): boolean {
  return isExpected(booking) && today >= booking.terms.startsOn;
}

/** Records that the participant arrived. `no_show` and `turned_away` end the booking instead. */
export function admit(before: Booking, by: string, now: Instant): BookingChange {
  const admission = { outcome: "admitted" as const, at: now, by };
  return nextVersion(before, now, { admission }, (booking) => ({
    events: [bookingEvent(booking, "ParticipantAdmitted", { outcome: "admitted" })],
    journal: [],
  }));
}

/**
 * `ends` is null if the participant is admitted. Otherwise the admission ends the booking, and `refund` is owed back.
 */
export type AdmissionDecision =
  | ({ ok: true; ends: null | { refund: Refund | null } } & BookingChange)
  | { ok: false; reason: "invalid_transition" | "clearance_required" };

/**
 * Records once whether the participant arrived. `no_show` and `turned_away` end the booking. Refuses
 * `invalid_transition` (not confirmed, before the first day, recorded already) and `clearance_required` (`admitted`
 * without a valid clearance).
 */
export function recordAdmission(
  before: Booking,
  clearance: Clearance | null,
  { outcome, by, refundId }: { outcome: AdmissionOutcome; by: string; refundId: string },
  now: Instant,
): AdmissionDecision {
  if (!mayAdmit(before, dateIn(before.terms.timeZone, now))) return { ok: false, reason: "invalid_transition" };
  if (outcome === "admitted") {
    if (!isCleared(before, clearance)) return { ok: false, reason: "clearance_required" };
    return { ok: true, ends: null, ...admit(before, by, now) };
  }
  const ended = endBooking(before, outcome, { refundId, requestedBy: by }, now);
  if (!ended.ok) return ended;
  const { booking, events, journal, refund } = ended;
  const admission = { outcome, at: now, by };
  return { ok: true, ends: { refund }, booking: { ...booking, admission }, events, journal };
}
