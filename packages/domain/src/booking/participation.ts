import { dateIn, type Instant, plusHours, secondsBetween } from "../time/index.ts";
import { agreementSigned, type Booking, type BookingChange, bookingEvent } from "./booking.ts";
import { nextVersion } from "./next-version.ts";
import { type BirthRefusal, type Participant, refuseParticipant } from "./participant.ts";
import { isForOneself } from "./relation.ts";

/** One new address, and so one more invitation, in so many hours. */
const hoursBetweenCorrections = 24;

/** An invitation waits for its answer while the place is held or the booking awaits its clearance. */
export const awaitsAnswer = ({ status, participation }: Booking): boolean =>
  participation === "invited" && (status === "held" || status === "awaiting_clearance");

export type AcceptanceRefusal = "agreement_changed" | "invalid_transition";

/**
 * The participant accepts what somebody else booked for them. `terms` is the document without prices as it is now;
 * `hash` the one that the participant has read (`agreement_changed`).
 */
export function acceptInvitation(
  before: Booking,
  { hash, terms }: { hash: string; terms: { version: number; hash: string } },
  now: Instant,
): ({ ok: true } & BookingChange) | { ok: false; reason: AcceptanceRefusal } {
  if (!awaitsAnswer(before)) return { ok: false, reason: "invalid_transition" };
  if (hash !== terms.hash) return { ok: false, reason: "agreement_changed" };
  const acceptance = { version: terms.version, hash: terms.hash, at: now };
  const change = nextVersion(before, now, { participation: "accepted", acceptance }, (booking) => ({
    events: [participationChanged(booking)],
    journal: [],
  }));
  return { ok: true, ...change };
}

/** Whether the participant has accepted this document already. */
export const hasAccepted = ({ participation, acceptance }: Booking, hash: string): boolean =>
  participation === "accepted" && acceptance?.hash === hash;

/** Who may say no: the participant of somebody else's booking, before the first day. */
export const mayDecline = (booking: Booking, now: Instant): boolean =>
  !isForOneself(booking) &&
  booking.participation !== "declined" &&
  dateIn(booking.terms.timeZone, now) < booking.terms.startsOn;

export type CorrectionRefusal =
  | { ok: false; reason: "invalid_transition" | "own_address" }
  | { ok: false; reason: "date_of_birth"; birth: BirthRefusal }
  | { ok: false; reason: "limit_exceeded"; retryAfter: number };

/**
 * The payer corrects who is invited, at most once a day (`limit_exceeded`, with the seconds until the next), never to
 * their own address, and only to an adult (`date_of_birth`). The agreement names the participant: it has a new version to sign, and then the invitation goes out.
 * `hash` is that version's.
 */
export function correctParticipant(
  before: Booking,
  { participant, hash }: { participant: Participant; hash: string },
  now: Instant,
): ({ ok: true } & BookingChange) | CorrectionRefusal {
  const birth = refuseParticipant(participant, before.terms, now);
  if (birth !== null) return { ok: false, reason: "date_of_birth", birth };
  if (!awaitsAnswer(before)) return { ok: false, reason: "invalid_transition" };
  if (isForOneself({ owner: before.owner, participant })) return { ok: false, reason: "own_address" };
  if (before.correctedAt !== null) {
    const next = plusHours(before.correctedAt, hoursBetweenCorrections);
    if (next > now) return { ok: false, reason: "limit_exceeded", retryAfter: secondsBetween(now, next) };
  }
  const agreement = { ...before.agreement, version: before.agreement.version + 1, hash };
  const change = nextVersion(before, now, { participant, agreement, correctedAt: now }, () => ({
    events: [],
    journal: [],
  }));
  return { ok: true, ...change };
}

/** The event of a signature that sends the invitation: the payer has signed, and the participant has not answered. */
export const invitationOf = (booking: Booking) =>
  booking.participation === "invited" && agreementSigned(booking) ? [participationChanged(booking)] : [];

/** Says whether the participant is invited, has accepted or has declined. */
export const participationChanged = (booking: Booking) =>
  bookingEvent(booking, "ParticipationChanged", { participation: booking.participation });
