import type { Instant } from "../time/index.ts";
import {
  agreementSigned,
  type Booking,
  type BookingChange,
  bookingEvent,
  type GivenPermission,
  isLive,
} from "./booking.ts";
import { nextVersion } from "./next-version.ts";
import { invitationOf } from "./participation.ts";
import { listedDebits, underPermission } from "./vary-debits.ts";

export type SigningRefusal = "agreement_changed" | "invalid_transition";

/**
 * Signs the current version of the agreement and invites a participant who has not answered. `permission` is set if the
 * client authorizes automatic collection. Refuses `agreement_changed` and, for a booking that has ended,
 * `invalid_transition`.
 */
export function sign(
  before: Booking,
  { hash, permission }: { hash: string; permission: GivenPermission | null },
  now: Instant,
): ({ ok: true } & BookingChange) | { ok: false; reason: SigningRefusal } {
  if (!isLive(before)) return { ok: false, reason: "invalid_transition" };
  if (hash !== before.agreement.hash) return { ok: false, reason: "agreement_changed" };
  const agreement = { ...before.agreement, signedVersion: before.agreement.version, signedAt: now };
  const autopay = permission !== null;
  const given = permission === null ? {} : { permission, dues: underPermission(before, listedDebits(before), now) };
  const change = nextVersion(before, now, { agreement, autopay, ...given }, (booking) => ({
    events: [
      bookingEvent(booking, "AgreementSigned", { agreementVersion: agreement.version, autopay }),
      ...invitationOf(booking),
    ],
    journal: [],
  }));
  return { ok: true, ...change };
}

/** The booking with the document offered for signing as its agreement version. */
export const offering = (booking: Booking, { version, hash }: { version: number; hash: string }): Booking => ({
  ...booking,
  agreement: { ...booking.agreement, version, hash },
});

/** Whether the document with this hash is signed already. */
export const hasSigned = (booking: Booking, hash: string): boolean =>
  agreementSigned(booking) && booking.agreement.hash === hash;

type SignedAs = { signature: string; autopay: boolean };

/**
 * A version is signed once. Repeating it with the same name and choice is the same signature; else `agreement_signed`.
 */
export const isSameSignature = (signed: SignedAs, again: SignedAs): boolean =>
  signed.signature === again.signature && signed.autopay === again.autopay;
