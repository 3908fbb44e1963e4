import {
  type Booking,
  canBeCleared,
  endingNews,
  hasExpired,
  isExpected,
  isForOneself,
  isInvited,
  agreementSigned as isSigned,
  payableUntil,
} from "@clearing/domain/booking";
import { formatMoney } from "@clearing/domain/money";
import { copyOf } from "./autopay-mails.ts";
import { type Data, type Facts, label, moment, type Write } from "./words.ts";

export const held: Write = ({ booking, now }) => {
  const until = payableUntil(booking, now);
  if (until === null) return null;
  const signed = isSigned(booking);
  return {
    subject: "Your place is on hold",
    paragraphs: [
      `We are holding a place for you: ${label(booking)}.`,
      `Please ${signed ? "" : "sign the agreement and "}pay the deposit before ${moment(booking, until)}.`,
    ],
  };
};

/** A hold that late money has revived, or that was cancelled, has another mail. */
export const holdExpired: Write = ({ booking }) =>
  !hasExpired(booking)
    ? null
    : {
        subject: "Your hold has ended",
        paragraphs: [
          `The time to pay the deposit is over, and we no longer hold a place for you: ${label(booking)}.`,
          "You are welcome to book again. Should a payment of yours still arrive, we will return it or give you a place, and write to you.",
        ],
      };

/** To a participant who had accepted and does not pay. */
export const holdExpiredForOther: Write = ({ booking }) =>
  !hasExpired(booking)
    ? null
    : {
        subject: "Your place is no longer held",
        paragraphs: [
          `The booking that was made for you has lapsed, and we no longer hold a place for you: ${label(booking)}.`,
        ],
      };

/** The receipt of a signature: true for good, whatever becomes of the booking. */
export const agreementSigned: Write = (facts) => ({
  subject: "Your signed agreement",
  paragraphs: [
    `Thank you for signing the agreement for your booking: ${label(facts.booking)}.`,
    facts.data.autopay === true
      ? "With it you allowed us to collect later payments automatically. You can take that back at any time."
      : "It does not allow us to collect later payments automatically: you make them yourself.",
    "The agreement stays available to you in your booking, exactly as you signed it.",
    ...(facts.data.autopay === true ? copyOf(facts) : []),
  ],
});

export const confirmed: Write = (facts) => confirmation(facts, ["We look forward to welcoming you."]);

/** The payer is welcomed only where they take part themselves. */
export const confirmedToPayer: Write = (facts) =>
  isForOneself(facts.booking) ? confirmed(facts) : confirmation(facts, []);

/** Only while it is confirmed, and nobody has arrived yet. */
const confirmation = ({ booking }: Facts, welcome: readonly string[]): ReturnType<Write> =>
  !isExpected(booking)
    ? null
    : {
        subject: "Your booking is confirmed",
        paragraphs: [`Your booking is confirmed: ${label(booking)}.`, ...welcome],
      };

/** Only while something can still be done: a booking that is confirmed again, or has ended, has another mail. */
export const unconfirmed: Write = ({ booking, now }) =>
  !canBeCleared(booking, now)
    ? null
    : {
        subject: "We need something from you",
        paragraphs: [
          `Your place is still yours, but something has to be brought up to date before your booking is confirmed again: ${label(booking)}.`,
          `Please get in touch with us before ${moment(booking, booking.clearanceDueAt)}.`,
        ],
      };

export const declined: Write = ({ booking }) => ({
  subject: "About your booking",
  paragraphs: [
    `We are sorry: your booking could not be accepted: ${label(booking)}.`,
    "Everything that you paid is returned to you in full. Please get in touch with us if you have any questions.",
  ],
});

/** To a participant who does not pay: the same, without money. */
export const declinedForOther: Write = ({ booking }) => ({
  subject: "About your booking",
  paragraphs: [
    `We are sorry: your booking could not be accepted: ${label(booking)}.`,
    "Please get in touch with us if you have any questions.",
  ],
});

export const cancelled: Write = ({ booking, data }) => ({
  subject: "Your booking is cancelled",
  paragraphs: [endedBy(booking, String(data.by)), `${label(booking)}.`, refundOf(booking, data)],
});

/** To a participant who does not pay: that it ended, and nothing of who ended it or what is returned. */
export const cancelledForOther: Write = ({ booking }) => ({
  subject: "Your booking is cancelled",
  paragraphs: [
    `The booking that was made for you is cancelled: ${label(booking)}.`,
    "Please get in touch with us if you have any questions.",
  ],
});

/** By whom or what a booking was cancelled. */
function endedBy(booking: Booking, by: string): string {
  if (isForOneself(booking)) return CANCELLED[by] ?? "Your booking is cancelled.";
  if (by === "clearance_deadline" && isInvited(booking))
    return "Your invitation was not accepted in time, so your booking is cancelled.";
  return CANCELLED_FOR_OTHER[by] ?? "Your booking is cancelled.";
}

const CANCELLED: Readonly<Record<string, string>> = {
  client: "As you asked, we have cancelled your booking.",
  operator: "We are sorry: we had to cancel your booking.",
  clearance_deadline: "What we need from you was not complete in time, so your booking is cancelled.",
  non_payment: "Since your payment is past due, we have cancelled your booking, as our final notice said.",
  no_show: "Since you did not arrive, your booking has ended.",
};

const notAccepted = "We are sorry: your booking could not be accepted, so it is cancelled.";

/** A payer does not learn why a participant does not take part. */
const CANCELLED_FOR_OTHER: typeof CANCELLED = {
  ...CANCELLED,
  participant: notAccepted,
  clearance_deadline: notAccepted,
  no_show: "Since the person whom you booked for did not arrive, your booking has ended.",
};

function refundOf({ currency }: Booking, { refund, kept }: Data): string {
  if (typeof refund !== "number") return "What is owed to you by the agreement is returned to you.";
  const says = {
    returned: `We return ${formatMoney(refund, currency)} to you.`,
    nothing_paid: "Nothing had been paid by then.",
    none_due: "By the agreement, no refund is due on what had been paid by then.",
  };
  return `${says[endingNews({ refund, kept })]} Should a payment of yours still be under way, the same terms apply to it, and we will write to you.`;
}
