import {
  type AnnouncedCancellation,
  type Booking,
  type ByClient,
  type CollectionNews,
  type DueNews,
  dueNews,
  isToSignAgain,
  lateNews,
  linkedUntil,
  mayBeCancelledUnpaid,
  type NextPayment,
  noticeNews,
  unpaid,
  wasLateFor,
} from "@clearing/domain/booking";
import { formatMoney } from "@clearing/domain/money";
import { fill } from "@clearing/domain/text";
import type { CalendarDate } from "@clearing/domain/time";
import { longDate } from "@clearing/domain/time/long-date";
import texts from "./texts/due.ts";
import frame from "./texts/frame.ts";
import { dayOf, methodName, moment, toSignFirst, type Wording, type Write } from "./words.ts";

/** Before and after a due's date, if it is still owed for the date that it had when the notice was written. */
export const notice: Write = ({ booking, data, now, payLink }) => {
  const news = noticeNews(booking, data, now);
  if (news === null) return null;
  const write = typeof data.kind === "string" ? notices[data.kind] : undefined;
  const cancelsOn = typeof data.cancelsOn === "string" ? data.cancelsOn : null;
  const wording = write?.(booking, news, cancelsOn);
  if (wording === undefined) return null;
  const { label, subject, paragraphs } = wording;
  return {
    subject,
    paragraphs: [...paragraphs, ...toSignFirst(booking)],
    action: { label, url: payLink(news.due.id, linkedUntil(booking, news, cancelsOn)) },
  };
};

/** A notice, with the label of its link. */
type Noticed = Omit<Wording, "action"> & { label: string };

type Notice = (booking: Booking, news: DueNews, cancelsOn: string | null) => Noticed;

/** A client who need not act can still pay early or save another method. */
const early = (news: DueNews): string => (isTaken(news) ? frame.payEarly : frame.payNow);

const notices: Readonly<Record<string, Notice>> = {
  upcoming: (booking, news) => ({
    subject: fill(news.isTomorrow ? texts.upcoming.tomorrow : texts.upcoming.subject, {
      date: longDate(news.date.on),
    }),
    paragraphs: [fill(texts.upcoming.opening, figures(booking, news)), ...nextStep(booking, news.next, ahead)],
    label: early(news),
  }),
  changed: (booking, news) => ({
    subject: texts.changed.subject,
    paragraphs: [
      texts.changed.opening,
      fill(news.date.isPast ? texts.changed.pastDue : texts.changed.payment, figures(booking, news)),
      ...nextStep(booking, news.next, news.date.isPast ? late : { ...ahead, debitFree: late.debitFree }),
    ],
    label: news.date.isPast ? frame.payNow : early(news),
  }),
  past_due: (booking, news) => ({
    subject: texts.pastDue.subject,
    paragraphs: [fill(texts.pastDue.opening, figures(booking, news)), ...nextStep(booking, news.next, late)],
    label: frame.payNow,
  }),
  final: (booking, news, cancelsOn) => ({
    subject: texts.final.subject,
    paragraphs: [
      fill(texts.pastDue.opening, figures(booking, news)),
      ...nextStep(booking, news.next, late),
      ...(cancelsOn === null || isCancelledFirst(news) ? [] : [cancellation(booking, cancelsOn)]),
    ],
    label: frame.payNow,
  }),
};

/** The unpaid amount and when it is due. */
const figures = ({ currency }: Booking, { amount, date }: Pick<DueNews, "amount" | "date">) => ({
  amount: formatMoney(amount, currency),
  date: longDate(date.on),
});

/** Whether the due is collected automatically. */
const isTaken = ({ next }: DueNews): boolean => next.kind === "collected";

/** Whether the next step itself says when the booking is cancelled. */
const isCancelledFirst = ({ next }: DueNews): boolean => next.kind === "link" && next.why === "cancelled_first";

const cancellation = (booking: Booking, on: CalendarDate): string => cancelsUnless(booking, longDate(on));

/** `before`: a date or an instant in words. */
const cancelsUnless = (booking: Booking, before: string): string =>
  fill(mayBeCancelledUnpaid(booking) ? texts.final.cancels : texts.final.mayCancel, { date: before });

/**
 * A payment after whose final notice a pause has moved the cancellation, perhaps to the day of the mail: so it names
 * the time too.
 */
export const cancelsAfterPause = (booking: Booking, { due, wasDueOn: on, at }: AnnouncedCancellation): string =>
  [
    fill(texts.pastDue.opening, { amount: formatMoney(unpaid(due), booking.currency), date: longDate(on) }),
    cancelsUnless(booking, moment(booking, at)),
  ].join(" ");

type Texts = typeof texts.next;

/** The words for a payment that is charged automatically, or whose bank debit is held back. */
type Steps = {
  collected: Texts["collected" | "retried" | "unlessPaid"];
  /** The same while the client is to sign the agreement again. */
  collectedUnsigned: Texts["collectedUnsigned" | "retried" | "unlessPaid"];
  debitFree: Texts["debitFree" | "debitFreeLate"];
};

/** Before a payment's date. */
export const ahead: Steps = texts.next;

/** For a payment that is past due, or may be. */
const late: Steps = {
  collected: texts.next.retried,
  collectedUnsigned: texts.next.retried,
  debitFree: texts.next.debitFreeLate,
};

/** After a failed payment. */
export const afterFailure: Steps = {
  ...late,
  collected: texts.next.unlessPaid,
  collectedUnsigned: texts.next.unlessPaid,
};

/** What happens next; empty if the client pays with the mail's link and nothing more is to say. */
export function nextStep(booking: Booking, next: NextPayment, steps: Steps): string[] {
  const { collected, collectedUnsigned, debitFree } = steps;
  const { cardExpires, cancelledFirst, declined, noMethod, notRetried, authentication } = texts.next;
  if (next.kind === "collected") {
    const words = isToSignAgain(booking) ? collectedUnsigned : collected;
    return [fill(words, { method: methodName(next.method), date: dayOf(booking, next.at) })];
  }
  switch (next.why) {
    case "client":
      return [];
    case "card_expires":
      return [fill(cardExpires, { method: methodName(next.method), date: dayOf(booking, next.at) })];
    case "authentication":
      return [authentication];
    case "no_method":
      return [noMethod];
    case "method_declined":
      return [fill(declined, { method: methodName(next.method) })];
    case "not_retried":
      return [fill(notRetried, { method: methodName(next.method) })];
    case "debit_free":
      return [fill(debitFree, { method: methodName(next.method), date: dayOf(booking, next.at) })];
    case "cancelled_first":
      return [fill(cancelledFirst, { method: methodName(next.method) }), cancellation(booking, next.cancelsOn)];
  }
}

/** The next automatic charges after `opening`, and which payments the client is to make. */
export function chargesToCome(booking: Booking, news: CollectionNews, opening: string): string[] {
  const [first, ...others] = news.charges;
  const byClient = news.byClient.map((one) => paidByClient(booking, one));
  if (first === undefined) return [opening, ...byClient];
  const money = (amount: number) => formatMoney(amount, booking.currency);
  const { method, at, kind } = first.next;
  const charges = [
    fill(texts.charges.first, {
      ...{ amount: money(first.amount), method: methodName(method), date: dayOf(booking, at) },
    }),
    ...others.map(({ amount }) => fill(texts.charges.others, { amount: money(amount) })),
    ...(kind === "link" ? [texts.charges.expires] : []),
  ];
  return [[opening, ...charges].join(" "), ...byClient];
}

/** A payment that the client is to make while others are charged automatically. */
function paidByClient(booking: Booking, news: ByClient): string {
  const { date, next } = news;
  const { debitFree, uncharged, unchargedAhead } = texts.charges;
  const owed = figures(booking, news);
  if (next.kind === "link" && next.why === "debit_free") {
    return fill(debitFree, { ...owed, method: methodName(next.method), charged: dayOf(booking, next.at) });
  }
  return fill(date.isPast ? uncharged : unchargedAhead, owed);
}

/** A late charge was added; only while it is owed. */
export const lateCharge: Write = ({ booking, data, now, payLink }) => {
  const news = dueNews(booking, { dueId: data.dueId }, now);
  const late = booking.dues.find(({ id }) => id === data.forDueId);
  if (news === null || late === undefined) return null;
  const { subject, opening, due, pay } = texts.lateCharge;
  const { amount, date } = figures(booking, news);
  const lateDate = longDate(wasLateFor(booking, late, now));
  return {
    subject,
    paragraphs: [fill(opening, { date: lateDate, amount }), fill(due, { date }), ...toSignFirst(booking)],
    action: { label: pay, url: payLink(news.due.id, linkedUntil(booking, news)) },
  };
};

/** To staff: a late due has no automatic next step; only while that is true. */
export const task: Write = ({ booking, data, now }) => {
  const news = lateNews(booking, data, now);
  if (news === null) return null;
  const { subject, opening, delinquent, notPaid, next } = texts.task;
  const status = data.reason === "delinquent" ? delinquent : notPaid;
  return { subject, paragraphs: [fill(opening, { ...figures(booking, news), status }), next] };
};
