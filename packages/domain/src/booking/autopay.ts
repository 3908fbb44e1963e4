import type { Instant } from "../time/index.ts";
import {
  agreementSigned,
  type Booking,
  type BookingChange,
  bookingEvent,
  type GivenPermission,
  mayOwe,
} from "./booking.ts";
import { usableMethod } from "./chargeable-method.ts";
import { nextVersion } from "./next-version.ts";

/** The permission to collect that is in force; null where there is none. */
export const permissionInForce = ({ autopay, permission }: Booking): GivenPermission | null =>
  autopay ? (permission ?? null) : null;

export type AutopayRefusal = "agreement_required" | "invalid_transition" | "agreement_changed";

/**
 * The client gives the permission to collect by itself, by the hash of its text as it is now. `unchanged` where that very
 * permission is in force. It is given on a signed agreement only (`agreement_required`), for a saved method that can be
 * charged, and not on a booking that has ended early (`invalid_transition`).
 */
export function allowAutopay(
  before: Booking,
  { hash, permission }: { hash: string; permission: GivenPermission },
  now: Instant,
): BookingChange | "unchanged" | AutopayRefusal {
  if (!agreementSigned(before)) return "agreement_required";
  if (!mayOwe(before)) return "invalid_transition";
  if (hash === permissionInForce(before)?.hash) return "unchanged";
  if (usableMethod(before) === null) return "invalid_transition";
  if (hash !== permission.hash) return "agreement_changed";
  return nextVersion(before, now, { autopay: true, permission }, (booking) => ({
    events: [bookingEvent(booking, "AutopayChanged", { autopay: true, reason: "client" })],
    journal: [],
  }));
}

/** The permission is taken back, at any time; null where there is none in force. */
export function stopAutopay(before: Booking, now: Instant): BookingChange | null {
  if (!before.autopay) return null;
  return nextVersion(before, now, { autopay: false }, (booking) => ({
    events: [bookingEvent(booking, "AutopayChanged", { autopay: false, reason: "client" })],
    journal: [],
  }));
}

/**
 * The permission is given again, by the text that was shown when another method was saved while automatic collection is
 * on: what a decision adds to the booking's next version. Nothing where it is off.
 */
export const renewedPermission = (
  { autopay }: Booking,
  permission: GivenPermission,
): Pick<Booking, "permission"> | Record<string, never> => (autopay ? { permission } : {});
