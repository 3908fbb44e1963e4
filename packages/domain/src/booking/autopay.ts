import type { Instant } from "../time/index.ts";
import { agreementSigned, type Booking, type BookingChange, bookingEvent, mayOwe } from "./booking.ts";
import { nextVersion } from "./next-version.ts";

/** Gives or takes back the permission to collect by itself; null when nothing changes. */
export function setAutopay(before: Booking, enabled: boolean, now: Instant): BookingChange | null {
  if (before.autopay === enabled) return null;
  return nextVersion(before, now, { autopay: enabled }, (booking) => ({
    events: [bookingEvent(booking, "AutopayChanged", { autopay: enabled })],
    journal: [],
  }));
}

export type AutopayRefusal = "agreement_required" | "invalid_transition";

/**
 * Why the permission to collect by itself cannot change; null when it can. It is given on a signed agreement only, and
 * not on a booking that has ended early; taken back at any time.
 */
export function refuseAutopay(booking: Booking, enabled: boolean): AutopayRefusal | null {
  if (!agreementSigned(booking)) return "agreement_required";
  return enabled && !mayOwe(booking) ? "invalid_transition" : null;
}
