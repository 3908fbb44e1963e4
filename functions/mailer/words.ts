import {
  type Booking,
  canPayNow,
  isAllProcessing,
  isPaused,
  isRemindedOfAll,
  isSettled,
  isToSignAgain,
  type PaymentMethod,
  type Refund,
} from "@clearing/domain/booking";
import { formatMoney } from "@clearing/domain/money";
import { fill } from "@clearing/domain/text";
import { dateIn, type Instant, plusMinutes, startOfDay } from "@clearing/domain/time";
import { longDate } from "@clearing/domain/time/long-date";
import { remembered } from "@clearing/domain/time/remembered";
import exception from "./texts/exception.ts";
import frame from "./texts/frame.ts";

/** The text of a mail: a subject that says nothing about the program, and paragraphs. */
export type Wording = { subject: string; paragraphs: readonly string[]; action?: Action };

/** The mail's one action, with its URL. */
export type Action = { label: string; url: string };

/** An event's data: ids, statuses, dates and amounts. */
export type Data = Readonly<Record<string, unknown>>;

/**
 * A mail is decided from the event's data and from the booking at the time of sending. `refund` is the refund that the
 * event names, as of then; null if it names none.
 */
export type MailInput = {
  booking: Booking;
  refund: Refund | null;
  data: Data;
  now: Instant;
  /** The payment link of a due, valid at least until an instant: see `linkedUntil`. */
  payLink: (dueId: string, atLeastUntil: Instant) => string;
  /** The text of the permission in force. Absent if autopay is off, or if the mail does not copy the text. */
  permission?: readonly string[];
};

/** The text that is true at the time of sending; null if nothing is true any more, or another event's mail says it. */
export type Write = (input: MailInput) => Wording | null;

/** The booking in neutral terms: the public label and the dates. */
export const label = ({ terms }: Booking): string =>
  fill(frame.label, {
    ...{ program: terms.publicLabel, startsOn: longDate(terms.startsOn), endsOn: longDate(terms.endsOn) },
  });

export function amountOf({ amount, currency }: Data): string | null {
  return typeof amount === "number" && typeof currency === "string" ? formatMoney(amount, currency) : null;
}

/** A payment or a refund, with its amount if the event names one. */
const named = (what: string, data: Data): string => {
  const amount = amountOf(data);
  return amount === null ? what : fill(frame.withAmount, { what, amount });
};

/** `deposit of $2,500.00` */
export const paymentOf = (data: Data): string =>
  named(data.purpose === "deposit" ? frame.deposit : frame.payment, data);

/** `refund of $2,500.00` */
export const refundOf = (data: Data): string => named(frame.refund, data);

/** What a pause means for the payments that are left. */
export function duringPause(booking: Booking): string {
  const { meanwhile, payNow, end, processing } = exception.paused;
  if (isAllProcessing(booking)) return processing;
  return [meanwhile, ...(canPayNow(booking) ? [payNow] : []), end].join(" ");
}

/**
 * How the client makes the payments that are left while none is charged automatically: with a link for each, as `byLink`
 * says, or in the booking after `unlinked` if the program sends no reminders or collection is paused. Only `unlinked` if
 * nothing is left, and asks for nothing while the bank processes everything that is.
 */
export function unautomated(booking: Booking, byLink: string, ...unlinked: string[]): string[] {
  if (isSettled(booking)) return unlinked;
  if (isPaused(booking)) return [[...unlinked, exception.paused.opening].join(" "), duringPause(booking)];
  if (isAllProcessing(booking)) return [[...unlinked, exception.resumed.processing].join(" ")];
  return isRemindedOfAll(booking) ? [byLink] : [[...unlinked, frame.payInBooking].join(" ")];
}

/** Asks for the signature without which the client can pay nothing; empty if nothing is to be signed again. */
export const toSignFirst = (booking: Booking): string[] =>
  isToSignAgain(booking) ? [`${frame.corrected} ${frame.toSign}`] : [];

/** A saved method as its client recognizes it. */
export function methodName({ type, last4 }: { type: PaymentMethod; last4: string | null }): string {
  const kind = type === "card" ? frame.card : frame.bankAccount;
  return last4 === null ? kind : fill(frame.ending, { kind, last4 });
}

/** The date of an instant in the cohort's time zone, in words. */
export const dayOf = ({ terms: { timeZone } }: Booking, instant: Instant): string =>
  longDate(dateIn(timeZone, instant));

/** Making a format takes longer than many uses of it. */
const clockIn = remembered(
  (timeZone: string) =>
    new Intl.DateTimeFormat("en-US", { hour: "numeric", minute: "2-digit", timeZoneName: "short", timeZone }),
);

/**
 * An instant in the cohort's time zone. Midnight is written as the last minute of the day before, because 12:00 AM is
 * misread.
 */
export function moment(booking: Booking, instant: Instant): string {
  const { timeZone } = booking.terms;
  const isMidnight = instant === startOfDay(dateIn(timeZone, instant), timeZone);
  const at = isMidnight ? plusMinutes(instant, -1) : instant;
  return `${dayOf(booking, at)}, ${clockIn(timeZone).format(new Date(at))}`;
}
