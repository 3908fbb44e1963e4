import {
  type Booking,
  confirmableUntil,
  hasWithdrawn,
  invitationNews,
  isHeld,
  isInvited,
  signAgainUntil,
} from "@clearing/domain/booking";
import { fill } from "@clearing/domain/text";
import type { Instant } from "@clearing/domain/time";
import frame from "./texts/frame.ts";
import texts from "./texts/participation.ts";
import { moment, type Wording, type Write } from "./words.ts";

/**
 * To the participant: the invitation while it waits for an answer, and the receipt of the answer. An invitation does
 * not say who booked, and can be ignored by an unintended recipient.
 */
export const toParticipant: Write = ({ booking, data, now }) => {
  const news = invitationNews(booking, data.participation, now);
  return news === null ? null : words[news](booking, now);
};

const words: Record<Booking["participation"], (booking: Booking, now: Instant) => Wording> = {
  invited: (booking) => {
    const { subject, opening, signIn, mayEndEarlier, ignore } = texts.invited;
    const answer = fill(signIn, { time: moment(booking, booking.clearanceDueAt) });
    return { subject, paragraphs: [opening, answer, ...(isHeld(booking) ? [mayEndEarlier] : []), ignore] };
  },
  accepted: (booking, now) => {
    const { subject, opening, steps, kept } = texts.accepted;
    const until = confirmableUntil(booking, now);
    const remaining = until === null ? [] : [fill(steps, { time: moment(booking, until) })];
    return { subject, paragraphs: [opening, ...remaining, kept] };
  },
  declined: (booking) => ({
    subject: hasWithdrawn(booking) ? texts.declined.withdrawn : texts.declined.subject,
    paragraphs: [texts.declined.opening, texts.declined.noMore],
  }),
};

/**
 * To the payer: the invitation was accepted, and what they are to sign. A declined invitation ends the booking, which has
 * another mail.
 */
export const toPayer: Write = ({ booking, data, now }) => {
  if (invitationNews(booking, data.participation, now) !== "accepted") return null;
  const { subject, opening } = texts.acceptedToPayer;
  return { subject, paragraphs: [opening, ...toSign(booking, now)] };
};

/** Asks the payer to sign the corrected agreement, only while they have not, and have time to do it. */
export const corrected: Write = ({ booking, now }) => {
  const paragraphs = toSign(booking, now);
  const { subject, invite } = texts.corrected;
  return paragraphs.length === 0
    ? null
    : { subject, paragraphs: [...paragraphs, ...(isInvited(booking) ? [invite] : [])] };
};

/** What the payer is to sign and why, with the deadline; empty if it is signed, or too late. */
function toSign(booking: Booking, now: Instant): string[] {
  const news = signAgainUntil(booking, now);
  if (news === null) return [];
  const { sign, signAndPay } = texts.corrected;
  return [frame.corrected, fill(news.pays ? signAndPay : sign, { time: moment(booking, news.until) })];
}
