import { dateIn, type Instant, plusHours, secondsBetween } from "../time/index.ts";
import { agreementSigned, type Booking, type BookingChange, bookingEvent } from "./booking.ts";
import { nextVersion } from "./next-version.ts";
import { type BirthRefusal, type Participant, refuseParticipant } from "./participant.ts";
import { isForOneself } from "./relation.ts";

/** The payer may correct the participant, which sends another invitation, once in this many hours. */
const hoursBetweenCorrections = 24;

/** An invitation can be answered while the booking is held or awaits its clearance. */
export const awaitsAnswer = ({ status, participation }: Booking): boolean =>
  participation === "invited" && (status === "held" || status === "awaiting_clearance");

export type AcceptanceRefusal = "agreement_changed" | "invalid_transition";

/**
 * The participant accepts a booking that somebody else made for them. `terms` is the current participation terms
 * document; `hash` is the one that the participant read. Refuses `invalid_transition` and `agreement_changed`.
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

/** Whether the participant has already accepted the document with this hash. */
export const hasAccepted = ({ participation, acceptance }: Booking, hash: string): boolean =>
  participation === "accepted" && acceptance?.hash === hash;

/** Whether the participant may decline: somebody else booked, and the first day has not begun. */
export const mayDecline = (booking: Booking, now: Instant): boolean =>
  !isForOneself(booking) &&
  booking.participation !== "declined" &&
  dateIn(booking.terms.timeZone, now) < booking.terms.startsOn;

export type CorrectionRefusal =
  | { ok: false; reason: "invalid_transition" | "own_address" }
  | { ok: false; reason: "date_of_birth"; birth: BirthRefusal }
  | { ok: false; reason: "limit_exceeded"; retryAfter: number };

/**
 * The payer corrects the invited participant. Refuses `limit_exceeded` within 24 hours of the last correction
 * (`retryAfter` in seconds), `own_address`, `date_of_birth` and `invalid_transition`. The agreement names the
 * participant, so it gets a new version to sign (`hash`); signing sends the invitation.
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
  const change = nextVersion(before, now, { participant, agreement, correctedAt: now }, (booking) => ({
    events: [bookingEvent(booking, "ParticipantCorrected", { agreementVersion: agreement.version })],
    journal: [],
  }));
  return { ok: true, ...change };
}

/** Whether the payer has signed an agreement, but not the version that names the corrected participant. */
export const isToSignAgain = (booking: Booking): boolean =>
  booking.agreement.signedVersion !== null && !agreementSigned(booking);

/** The event that sends the invitation once the payer has signed, if the participant has not answered; else none. */
export const invitationOf = (booking: Booking) =>
  booking.participation === "invited" && agreementSigned(booking) ? [participationChanged(booking)] : [];

/** Reports that the participant is invited, has accepted or has declined. */
export const participationChanged = (booking: Booking) =>
  bookingEvent(booking, "ParticipationChanged", { participation: booking.participation });
