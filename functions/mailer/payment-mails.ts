import {
  type Booking,
  canBeVerified,
  collectionNews,
  confirmableUntil,
  dueNews,
  isCollected,
  isForOneself,
  isToSignAgain,
  keptUntil,
  linkedUntil,
  mayOwe,
  namesPayments,
  paymentOutlook,
  remainderOf,
  unpaid,
} from "@clearing/domain/booking";
import { formatMoney } from "@clearing/domain/money";
import { fill } from "@clearing/domain/text";
import type { Instant } from "@clearing/domain/time";
import { longDate } from "@clearing/domain/time/long-date";
import { withoutMethod } from "./autopay-mails.ts";
import { afterFailure, chargesToCome, nextStep } from "./due-mails.ts";
import frame from "./texts/frame.ts";
import texts from "./texts/payment.ts";
import { type Data, moment, paymentOf, toSignFirst, type Write } from "./words.ts";

/** Only while the bank processes it. Another mail reports the outcome. A hold keeps its place only until its end. */
export const processing: Write = ({ booking, data, now }) => {
  if (!isCollected(booking, data)) return null;
  const { subject, opening, held, booked } = texts.processing;
  const until = keptUntil(booking, now);
  return {
    subject,
    paragraphs: [
      fill(opening, { payment: paymentOf(data) }),
      until === null ? booked : fill(held, { time: moment(booking, until) }),
    ],
  };
};

/** A receipt, which stays true. What it says about the booking is as of the sending. */
export const settled: Write = ({ booking, data, now }) => {
  const { depositSubject, paymentSubject, opening, ended } = texts.settled;
  return {
    subject: data.purpose === "deposit" ? depositSubject : paymentSubject,
    paragraphs: [
      fill(opening, { payment: paymentOf(data) }),
      ...confirmation(booking, now),
      ...leftToPay(booking, now),
      ...(mayOwe(booking) ? [] : [ended]),
    ],
  };
};

/** Until when the booking can be confirmed; empty if it is confirmed, or too late. */
function confirmation(booking: Booking, now: Instant): string[] {
  const until = confirmableUntil(booking, now);
  if (until === null) return [];
  const { awaitsConfirmation, awaitsConfirmationForOther, toSign } = texts.settled;
  const words = isForOneself(booking) ? awaitsConfirmation : awaitsConfirmationForOther;
  return [fill(words, { time: moment(booking, until) }), ...(isToSignAgain(booking) ? [toSign] : [])];
}

/** Says that everything is paid, or what is due next. */
function leftToPay(booking: Booking, now: Instant): string[] {
  const remainder = remainderOf(booking, now);
  if (remainder === null) return [];
  const { paidInFull, nextPayment } = texts.settled;
  if (remainder.kind === "nothing") return [paidInFull];
  const { due, on } = remainder;
  const next = fill(nextPayment, { amount: formatMoney(unpaid(due), booking.currency), date: longDate(on) });
  return [next, ...withoutMethod(booking)];
}

/** Only while there is something to verify, and time to do it. */
export const actionRequired: Write = ({ booking, data, now }) => {
  if (!canBeVerified(booking, data, now)) return null;
  const { subject, opening, verify, before, depositBefore } = texts.actionRequired;
  const deadline = data.purpose === "deposit" ? depositBefore : before;
  return {
    subject,
    paragraphs: [
      fill(opening, { payment: paymentOf(data) }),
      verify,
      ...(typeof data.until === "string" ? [fill(deadline, { time: moment(booking, data.until) })] : []),
    ],
  };
};

/** Only while it is still unpaid and the booking is not cancelled: those cases have other mails. */
export const failed: Write = ({ booking, data, now, payLink }) => {
  const news = data.purpose === "due" ? dueNews(booking, { dueId: data.dueId }, now) : null;
  const steps =
    news === null
      ? whatNow(booking, data, now)
      : [...nextStep(booking, news.next, afterFailure), ...toSignFirst(booking)];
  if (steps === null) return null;
  const { depositSubject, paymentSubject, opening } = texts.failed;
  const reasons: Readonly<Record<string, string>> = texts.failed.reasons;
  const reason = reasons[String(data.reason)];
  return {
    subject: data.purpose === "deposit" ? depositSubject : paymentSubject,
    paragraphs: [
      fill(opening, { payment: paymentOf(data) }),
      // The reason of the failure, if the client can do something about it.
      ...(reason === undefined ? [] : [reason]),
      ...steps,
    ],
    ...(news === null
      ? {}
      : { action: { label: frame.payNow, url: payLink(news.due.id, linkedUntil(booking, news)) } }),
  };
};

/** What the client can do about a failed payment; null if nothing. */
function whatNow(booking: Booking, data: Data, now: Instant): string[] | null {
  const outlook = paymentOutlook(booking, data.dueId, now);
  const { hold, shortHold, due, noPlace } = texts.failed;
  switch (outlook?.kind) {
    case "hold":
      return [fill(hold, { time: moment(booking, outlook.until) }), ...toSignFirst(booking)];
    case "short_hold":
      return [fill(shortHold, { time: moment(booking, outlook.until) })];
    case "due":
      return [...(data.purpose === "payoff" ? afterPayoff(booking, now) : []), due, ...toSignFirst(booking)];
    case "no_place":
      return [noPlace];
    case "settled":
      return [frame.nothingLeft];
    case undefined:
      return null;
  }
}

/** After a failed payoff, the dues are collected again; empty if their charges have begun, which other mails report. */
function afterPayoff(booking: Booking, now: Instant): string[] {
  const news = collectionNews(booking, now);
  return news !== null && namesPayments(news) ? chargesToCome(booking, news, texts.failed.charged) : [];
}
