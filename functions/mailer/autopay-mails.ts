import {
  autopayNews,
  type Booking,
  datesToConfirm,
  isAllProcessing,
  isPaused,
  lacksMethod,
  mayOwe,
  usableMethod,
} from "@clearing/domain/booking";
import { fill } from "@clearing/domain/text";
import { longDate } from "@clearing/domain/time/long-date";
import texts from "./texts/autopay.ts";
import exception from "./texts/exception.ts";
import { type MailInput, methodName, toSignFirst, unautomated, type Write } from "./words.ts";

/**
 * Whether dues are collected automatically, as of the sending. If it changed again, the later change has another mail.
 */
export const autopayChanged: Write = (input) => {
  const { booking, data } = input;
  const news = autopayNews(booking, data.autopay);
  if (news === null) return null;
  return news.isOn ? allowed(input) : stopped(input, news);
};

/**
 * The client's copy of the permission in force, which bank debits require (12 CFR 1005.10(b)); empty if none is in
 * force.
 */
export const copyOf = ({ permission = [] }: MailInput): readonly string[] =>
  permission.length === 0 ? [] : [texts.copy, ...permission];

const allowed = (input: MailInput): ReturnType<Write> => ({
  subject: texts.on.subject,
  paragraphs: [texts.on.opening, ...notYetCharged(input), ...copyOf(input)],
});

/**
 * That no payment can be charged although automatic payments are on, and what to do; empty if there is a method, or
 * while the bank is processing everything that is left.
 */
export const withoutMethod = (booking: Booking): string[] =>
  lacksMethod(booking) && !isAllProcessing(booking) ? [texts.noMethod] : [];

/**
 * Which payments are not charged although automatic payments are on: all without a saved method, those to confirm, and
 * all during a pause.
 */
export const notYetCharged = ({ booking, now }: MailInput): string[] => [
  ...withoutMethod(booking),
  ...datesToConfirm(booking, now).map((date) => {
    const { ahead, pastDue, undated } = texts.toConfirm;
    return date === null ? undated : fill(date.isPast ? pastDue : ahead, { date: longDate(date.on) });
  }),
  ...(isPaused(booking) ? [exception.paused.opening] : []),
];

/**
 * Says that another method is saved, if it can still be charged. Includes the client's copy of the permission if dues
 * are collected from it.
 */
export const methodSaved: Write = (input) => {
  const { booking } = input;
  const method = usableMethod(booking);
  if (method === null || !mayOwe(booking)) return null;
  const { subject, opening, automatic, byLink, noReminder } = texts.methodSaved;
  return {
    subject,
    paragraphs: [
      fill(opening, { method: methodName(method) }),
      ...(booking.autopay
        ? [automatic, ...notYetCharged(input), ...copyOf(input)]
        : [...unautomated(booking, byLink, noReminder), ...toSignFirst(booking)]),
    ],
  };
};

function stopped(
  { booking, data: { reason } }: MailInput,
  { owes, isUnderWay }: { owes: boolean; isUnderWay: boolean },
): ReturnType<Write> {
  const { subject, reasons, processing, byLink } = texts.off;
  const why = isReason(reason) ? reason : "client";
  if (why !== "client" && !owes) return null;
  return {
    subject,
    paragraphs: [
      reasons[why],
      ...(isUnderWay ? [processing] : []),
      ...(owes ? [...unautomated(booking, byLink), ...toSignFirst(booking)] : []),
    ],
  };
}

const isReason = (reason: unknown): reason is keyof typeof texts.off.reasons =>
  typeof reason === "string" && Object.hasOwn(texts.off.reasons, reason);
