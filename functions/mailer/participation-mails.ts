import { type Booking, invitationNews, isHeld } from "@clearing/domain/booking";
import { label, moment, type Wording, type Write } from "./words.ts";

/**
 * To the participant: the invitation while it waits for an answer, and the receipt of that answer. An invitation says
 * nothing of who booked, and can be ignored by somebody who was not meant.
 */
export const toParticipant: Write = ({ booking, data, now }) => {
  const news = invitationNews(booking, data.participation, now);
  return news === null ? null : words[news](booking);
};

const words: Record<Booking["participation"], (booking: Booking) => Wording> = {
  invited: (booking) => ({
    subject: "Please say whether you take part",
    paragraphs: [
      `A place was reserved for you: ${label(booking)}.`,
      `Sign in with this email address to read the terms, and to accept or decline, before ${moment(booking, booking.clearanceDueAt)}.`,
      ...(isHeld(booking) ? ["As long as the booking is not completed, the reservation can end earlier."] : []),
      "If you do not know what this is about, you need not do anything: without your answer the reservation ends.",
    ],
  }),
  accepted: (booking) => ({
    subject: "You take part",
    paragraphs: [
      `Thank you for accepting: ${label(booking)}.`,
      "The terms stay available to you in your booking, exactly as you accepted them.",
    ],
  }),
  declined: (booking) => ({
    subject: "You do not take part",
    paragraphs: [`As you asked, you do not take part: ${label(booking)}.`, "We will not write to you about it again."],
  }),
};

/** To the payer: that the invitation was accepted. One that was declined ends the booking, which has its own mail. */
export const toPayer: Write = ({ booking, data, now }) =>
  invitationNews(booking, data.participation, now) !== "accepted"
    ? null
    : {
        subject: "Your invitation was accepted",
        paragraphs: [`The person whom you booked for takes part: ${label(booking)}.`],
      };
