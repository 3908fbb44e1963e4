import type { Instant } from "../time/index.ts";
import {
  agreementSigned,
  type Booking,
  type BookingChange,
  bookingEvent,
  depositSettled,
  type GivenPermission,
  mayOwe,
} from "./booking.ts";
import { usableMethod } from "./chargeable-method.ts";
import { nextVersion } from "./next-version.ts";
import type { PaymentBar } from "./payment-bar.ts";
import { owesCollectable } from "./varied-debit.ts";
import { listedDebits, underPermission } from "./vary-debits.ts";

/** Whether automatic collection is on. A booking that ended early collects nothing, whatever permission it has. */
export const collectsAutomatically = (booking: Booking): boolean => booking.autopay && mayOwe(booking);

/**
 * Whether automatic collection is on, but no saved method can be charged for what is left. The deposit's page saves no
 * method if the permission was given after that page had opened.
 */
export const lacksMethod = (booking: Booking): boolean =>
  collectsAutomatically(booking) &&
  depositSettled(booking) &&
  owesCollectable(booking) &&
  usableMethod(booking) === null;

/** The permission to collect that is in force. Null while autopay is off. */
export const permissionInForce = ({ autopay, permission }: Booking): GivenPermission | null =>
  autopay ? (permission ?? null) : null;

export type AutopayRefusal =
  | "agreement_required"
  | "agreement_changed"
  | Extract<PaymentBar, "ended" | "nothing_to_charge" | "no_method">;

/**
 * The client turns automatic collection on, by the hash of the current permission text. Returns `unchanged` if that
 * permission is in force already. Refuses `agreement_required` (the agreement is not signed), `ended` (early),
 * `nothing_to_charge` (nothing is left that is collected automatically), `no_method` (no saved method can be charged)
 * and `agreement_changed` (`hash` is not the current text's).
 */
export function allowAutopay(
  before: Booking,
  { hash, permission }: { hash: string; permission: GivenPermission },
  now: Instant,
): BookingChange | "unchanged" | AutopayRefusal {
  if (!agreementSigned(before)) return "agreement_required";
  if (!mayOwe(before)) return "ended";
  if (hash === permissionInForce(before)?.hash) return "unchanged";
  if (!owesCollectable(before)) return "nothing_to_charge";
  if (usableMethod(before) === null) return "no_method";
  if (hash !== permission.hash) return "agreement_changed";
  const given: Booking = { ...before, autopay: true, permission };
  const dues = underPermission(given, listedDebits(given), now);
  return nextVersion(before, now, { autopay: true, permission, dues }, (booking) => ({
    events: [bookingEvent(booking, "AutopayChanged", { autopay: true, reason: "client" })],
    journal: [],
  }));
}

/** The client revokes the permission to collect, at any time. Null if none is in force. */
export function stopAutopay(before: Booking, now: Instant): BookingChange | null {
  if (!before.autopay) return null;
  return nextVersion(before, now, { autopay: false }, (booking) => ({
    events: [bookingEvent(booking, "AutopayChanged", { autopay: false, reason: "client" })],
    journal: [],
  }));
}

/**
 * Saving another method renews the permission, in the text shown on that page, while automatic collection is on.
 * Returns what to merge into the booking's next version; nothing while it is off.
 */
export const renewedPermission = (
  { autopay }: Booking,
  permission: GivenPermission,
): Pick<Booking, "permission"> | Record<string, never> => (autopay ? { permission } : {});
