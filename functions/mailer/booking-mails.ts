import {
  type Booking,
  canBeCleared,
  collectsAutomatically,
  endingNews,
  expiredAtBank,
  hasExpired,
  isExpected,
  isForOneself,
  isInvited,
  agreementSigned as isSigned,
  isToSignAgain,
  payableUntil,
} from "@clearing/domain/booking";
import { formatMoney } from "@clearing/domain/money";
import { fill } from "@clearing/domain/text";
import { copyOf, notYetCharged } from "./autopay-mails.ts";
import texts from "./texts/booking.ts";
import { type Data, type MailInput, moment, unautomated, type Write } from "./words.ts";

export const held: Write = ({ booking, now }) => {
  const until = payableUntil(booking, now);
  if (until === null) return null;
  const { subject, opening, pay, signAndPay } = texts.held;
  const time = moment(booking, until);
  return { subject, paragraphs: [opening, fill(isSigned(booking) ? pay : signAndPay, { time })] };
};

/** No mail if late money has revived the hold or it was cancelled: those have other mails. */
export const holdExpired: Write = ({ booking }) => {
  if (!hasExpired(booking)) return null;
  const { subject, opening, atBank, bookAgain } = texts.holdExpired;
  return { subject, paragraphs: [expiredAtBank(booking) ? atBank : opening, bookAgain] };
};

/** To a participant who had accepted and does not pay. */
export const holdExpiredForOther: Write = ({ booking }) => {
  if (!hasExpired(booking)) return null;
  const { subject, opening } = texts.holdExpiredForOther;
  return { subject, paragraphs: [opening] };
};

/**
 * The receipt of a signature, which stays true whatever happens to the booking. Asks for the deposit while that can be
 * paid.
 */
export const agreementSigned: Write = (input) => {
  const { booking, data, now } = input;
  const { subject, opening, pay, automatic, byLink, noReminder, kept } = texts.agreementSigned;
  const until = payableUntil(booking, now);
  const deposit = until === null ? [] : [fill(pay, { time: moment(booking, until) })];
  const exceptions = collectsAutomatically(booking) ? notYetCharged(input) : [];
  return {
    subject,
    paragraphs:
      data.autopay === true
        ? [opening, ...deposit, automatic, ...exceptions, kept, ...copyOf(input)]
        : [opening, ...deposit, ...unautomated(booking, byLink, noReminder), kept],
  };
};

export const confirmed: Write = (input) => confirmation(input, [texts.confirmed.welcome]);

/** Welcomes the payer only if they take part themselves. */
export const confirmedToPayer: Write = (input) =>
  isForOneself(input.booking) ? confirmed(input) : confirmation(input, []);

/** Only while the booking is confirmed and nobody has arrived yet. */
function confirmation({ booking }: MailInput, welcome: readonly string[]): ReturnType<Write> {
  if (!isExpected(booking)) return null;
  const { subject, opening } = texts.confirmed;
  return { subject, paragraphs: [opening, ...welcome] };
}

/** Only while the client can still do something: a booking that is confirmed again or has ended has another mail. */
export const unconfirmed: Write = ({ booking, now }) => {
  if (!canBeCleared(booking, now)) return null;
  const { subject, opening, contact } = texts.unconfirmed;
  return { subject, paragraphs: [opening, fill(contact, { time: moment(booking, booking.clearanceDueAt) })] };
};

/** A payer who does not take part gets the mail of a participant who withdrew, which does not reveal the cause (I8). */
export const declined: Write = ({ booking, data }) => {
  const { subject, opening, questions } = texts.declined;
  if (isForOneself(booking)) return { subject, paragraphs: [opening, refundOf(booking, data), questions] };
  const { reasonsForPayer, subject: canceled } = texts.cancelled;
  return { subject: canceled, paragraphs: [reasonsForPayer.not_taking_part, refundOf(booking, data)] };
};

/** To a participant who does not pay: the same without money. */
export const declinedForOther: Write = () => {
  const { subject, opening, questions } = texts.declined;
  return { subject, paragraphs: [opening, questions] };
};

export const cancelled: Write = ({ booking, data }) => ({
  subject: texts.cancelled.subject,
  paragraphs: [endedBy(booking, String(data.by)), refundOf(booking, data)],
});

/** To a participant who does not pay: says that the booking ended, not who ended it or what is refunded. */
export const cancelledForOther: Write = () => {
  const { opening, questions } = texts.cancelledForOther;
  return { subject: texts.cancelled.subject, paragraphs: [opening, questions] };
};

/** Who or what cancelled a booking. */
function endedBy(booking: Booking, by: string): string {
  const reasons: Readonly<Record<string, string>> = isForOneself(booking) ? CANCELLED : forPayer(booking);
  return reasons[by] ?? texts.cancelled.reasons.other;
}

const { other: _, ...CANCELLED } = texts.cancelled.reasons;

/**
 * A payer is not told why a participant does not take part. That the payer has not signed again is said first, and says
 * nothing about the participant.
 */
function forPayer(booking: Booking) {
  const { not_taking_part, unsigned, unanswered, no_show } = texts.cancelled.reasonsForPayer;
  const unconfirmed = isInvited(booking) ? unanswered : not_taking_part;
  return {
    ...CANCELLED,
    participant: not_taking_part,
    clearance_deadline: isToSignAgain(booking) ? unsigned : unconfirmed,
    no_show,
  };
}

/** What the client gets back of an ended booking, and that nothing more is owed. */
function refundOf({ currency }: Booking, { refund, kept }: Data): string {
  const { refunds, nothingOwed, paymentUnderWay } = texts.cancelled;
  if (typeof refund !== "number" || typeof kept !== "number") return `${refunds.unknown} ${nothingOwed}`;
  const money = (amount: number) => formatMoney(amount, currency);
  const figures = { amount: money(refund), kept: money(kept) };
  const says = fill(refunds[endingNews({ refund, kept })], figures);
  return `${says} ${nothingOwed} ${paymentUnderWay}`;
}
