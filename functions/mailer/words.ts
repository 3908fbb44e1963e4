import type { Booking, PaymentMethod, Refund } from "@clearing/domain/booking";
import { formatMoney } from "@clearing/domain/money";
import { fill } from "@clearing/domain/text";
import { dateIn, type Instant, plusMinutes, startOfDay } from "@clearing/domain/time";
import { longDate } from "@clearing/domain/time/long-date";
import frame from "./texts/frame.ts";

/** The words of a mail: a subject that says nothing about the program, and paragraphs. */
export type Wording = { subject: string; paragraphs: readonly string[]; action?: Action };

/** The one thing to do, with where it is done. */
export type Action = { label: string; url: string };

/** What an event carries: ids, statuses, dates and amounts. */
export type Data = Readonly<Record<string, unknown>>;

/**
 * What a mail is decided on: the event's own facts, and the booking as it is when the mail is sent. `refund` is the one
 * that the event names, as it is then; null where it names none.
 */
export type Facts = {
  booking: Booking;
  refund: Refund | null;
  data: Data;
  now: Instant;
  /** Where a due is paid, by its link. */
  payLink: (dueId: string) => string;
  /** The words of the permission to collect that is in force; absent where there is none, or no mail copies it. */
  permission?: readonly string[];
};

/** The words that are true now, or null where there is nothing true to say, or another event's mail says it. */
export type Write = (facts: Facts) => Wording | null;

/** What was booked, in neutral words: the public label and the dates. */
export const label = ({ terms }: Booking): string =>
  fill(frame.label, {
    ...{ program: terms.publicLabel, startsOn: longDate(terms.startsOn), endsOn: longDate(terms.endsOn) },
  });

export function amountOf({ amount, currency }: Data): string | null {
  return typeof amount === "number" && typeof currency === "string" ? formatMoney(amount, currency) : null;
}

/** A payment or a refund with its amount, where the event names one. */
const named = (what: string, data: Data): string => {
  const amount = amountOf(data);
  return amount === null ? what : fill(frame.withAmount, { what, amount });
};

/** `deposit of $2,500.00` */
export const paymentOf = (data: Data): string =>
  named(data.purpose === "deposit" ? frame.deposit : frame.payment, data);

/** `refund of $2,500.00` */
export const refundOf = (data: Data): string => named(frame.refund, data);

/** A saved method as its client knows it again. */
export function methodName({ type, last4 }: { type: PaymentMethod; last4: string | null }): string {
  const kind = type === "card" ? frame.card : frame.bankAccount;
  return last4 === null ? kind : fill(frame.ending, { kind, last4 });
}

/** The date of an instant in the cohort's zone, in words. */
export const dayOf = ({ terms: { timeZone } }: Booking, instant: Instant): string =>
  new Intl.DateTimeFormat("en-US", { dateStyle: "long", timeZone }).format(new Date(instant));

/** An instant as the clock on the cohort's wall shows it. Midnight is the last minute of the day before: 12:00 AM is misread. */
export function moment({ terms: { timeZone } }: Booking, instant: Instant): string {
  const isMidnight = instant === startOfDay(dateIn(timeZone, instant), timeZone);
  const at = new Date(isMidnight ? plusMinutes(instant, -1) : instant);
  const date = new Intl.DateTimeFormat("en-US", { dateStyle: "long", timeZone }).format(at);
  const time = new Intl.DateTimeFormat("en-US", {
    hour: "numeric",
    minute: "2-digit",
    timeZoneName: "short",
    timeZone,
  });
  return `${date}, ${time.format(at)}`;
}
