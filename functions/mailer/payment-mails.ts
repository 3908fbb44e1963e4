import {
  awaitsClearance,
  type Booking,
  canBeVerified,
  type DueNews,
  dueNews,
  isCollected,
  isHeld,
  mayOwe,
  paymentOutlook,
  remainderOf,
  unpaid,
} from "@clearing/domain/booking";
import { formatMoney } from "@clearing/domain/money";
import { fill } from "@clearing/domain/text";
import type { Instant } from "@clearing/domain/time";
import { longDate } from "@clearing/domain/time/long-date";
import frame from "./texts/frame.ts";
import texts from "./texts/payment.ts";
import { type Data, dayOf, moment, paymentOf, type Write } from "./words.ts";

/** Only while the bank works on it. Another mail tells of the outcome. */
export const processing: Write = ({ booking, data }) => {
  if (!isCollected(booking, data)) return null;
  const { subject, opening, held, booked } = texts.processing;
  return { subject, paragraphs: [fill(opening, { payment: paymentOf(data) }), isHeld(booking) ? held : booked] };
};

/** A receipt: true for good. What it says of the booking is as of now. */
export const settled: Write = ({ booking, data }) => {
  const { depositSubject, paymentSubject, opening, awaitsConfirmation, ended } = texts.settled;
  return {
    subject: data.purpose === "deposit" ? depositSubject : paymentSubject,
    paragraphs: [
      fill(opening, { payment: paymentOf(data) }),
      ...(awaitsClearance(booking) ? [awaitsConfirmation] : []),
      ...leftToPay(booking),
      ...(mayOwe(booking) ? [] : [ended]),
    ],
  };
};

/** That everything is paid, or what comes next. */
function leftToPay(booking: Booking): string[] {
  const remainder = remainderOf(booking);
  if (remainder === null) return [];
  const { paidInFull, nextPayment } = texts.settled;
  if (remainder.kind === "nothing") return [paidInFull];
  const { due } = remainder;
  return [fill(nextPayment, { amount: formatMoney(unpaid(due), booking.currency), date: longDate(due.dueOn) })];
}

/** Only while there is something to verify, and time for it. */
export const actionRequired: Write = ({ booking, data, now }) => {
  if (!canBeVerified(booking, data, now)) return null;
  const { subject, opening, verify, before } = texts.actionRequired;
  return {
    subject,
    paragraphs: [
      fill(opening, { payment: paymentOf(data) }),
      verify,
      ...(typeof data.until === "string" ? [fill(before, { time: moment(booking, data.until) })] : []),
    ],
  };
};

/** Only while it is not paid in another way, on a booking that was not cancelled: those have mails of their own. */
export const failed: Write = ({ booking, data, now, payLink }) => {
  const news = data.purpose === "due" ? dueNews(booking, { dueId: data.dueId }, now) : null;
  const step = news === null ? whatNow(booking, data, now) : afterFailure(booking, news);
  if (step === null) return null;
  const { depositSubject, paymentSubject, opening } = texts.failed;
  const reasons: Readonly<Record<string, string>> = texts.failed.reasons;
  const reason = reasons[String(data.reason)];
  return {
    subject: data.purpose === "deposit" ? depositSubject : paymentSubject,
    paragraphs: [
      fill(opening, { payment: paymentOf(data) }),
      // Why it failed, as far as its client can do something about it.
      ...(reason === undefined ? [] : [reason]),
      step,
    ],
    ...(news === null ? {} : { action: { label: frame.payNow, url: payLink(news.due.id) } }),
  };
};

/** When it is collected again, which the client need not wait for, or that they pay on a page. */
const afterFailure = (booking: Booking, { next }: DueNews): string =>
  next.kind === "link" ? texts.failed.pay : fill(texts.failed.retry, { date: dayOf(booking, next.at) });

/** What the client can do about a payment that failed, or null where there is nothing left to do. */
function whatNow(booking: Booking, data: Data, now: Instant): string | null {
  const outlook = paymentOutlook(booking, data.dueId, now);
  const { hold, due, noPlace } = texts.failed;
  switch (outlook?.kind) {
    case "hold":
      return fill(hold, { time: moment(booking, outlook.until) });
    case "due":
      return due;
    case "no_place":
      return noPlace;
    case undefined:
      return null;
  }
}
