import type { Instant } from "../time/index.ts";
import { type Booking, type BookingChange, bookingEvent } from "./booking.ts";
import { nextVersion } from "./next-version.ts";

/** Gives or takes back the permission to collect by itself; null when nothing changes. */
export function setAutopay(before: Booking, enabled: boolean, now: Instant): BookingChange | null {
  if (before.autopay === enabled) return null;
  return nextVersion(before, now, { autopay: enabled }, (booking) => ({
    events: [bookingEvent(booking, "AutopayChanged", { autopay: enabled })],
    journal: [],
  }));
}
