import { type Booking, type DueNews, dueNews } from "@clearing/domain/booking";
import { formatMoney } from "@clearing/domain/money";
import { day, dayOf, label, type Wording, type Write } from "./words.ts";

/** Before and after a due's date, as long as it is owed for the date that it had when the notice went. */
export const notice: Write = ({ booking, data, now, payLink }) => {
  const news = dueNews(booking, data, now);
  if (news === null) return null;
  const write = typeof data.kind === "string" ? notices[data.kind] : undefined;
  const wording = write?.(booking, news, typeof data.cancelsOn === "string" ? data.cancelsOn : null);
  if (wording === undefined) return null;
  return isTaken(news) ? wording : { ...wording, action: { label: "Pay now", url: payLink(news.due.id) } };
};

type Notice = (booking: Booking, news: DueNews, cancelsOn: string | null) => Wording;

const notices: Readonly<Record<string, Notice>> = {
  upcoming: (booking, news) => ({
    subject: `Your payment on ${day(news.due.dueOn)}`,
    paragraphs: [
      `${sum(booking, news)} for your booking is due on ${day(news.due.dueOn)}: ${label(booking)}.`,
      ...nextStep(booking, news),
    ],
  }),
  past_due: (booking, news) => ({
    subject: "Your payment is past due",
    paragraphs: [...owed(booking, news), ...nextStep(booking, news)],
  }),
  final: (booking, news, cancelsOn) => ({
    subject: "Final notice: your payment is past due",
    paragraphs: [
      ...owed(booking, news),
      ...nextStep(booking, news),
      ...(cancelsOn === null
        ? []
        : [
            `If it is not paid before ${day(cancelsOn)}, we will cancel your booking on that day under the cancellation terms of your agreement.`,
          ]),
    ],
  }),
};

const sum = ({ currency }: Booking, { amount }: DueNews): string => formatMoney(amount, currency);

const owed = (booking: Booking, news: DueNews): string[] => [
  `${sum(booking, news)} for your booking was due on ${day(news.due.dueOn)} and has not been paid: ${label(booking)}.`,
];

/** Whether it is collected without the client. */
const isTaken = ({ next }: DueNews): boolean => next.kind === "collected" && !next.expires;

/** What happens next, or what the client can do: one step. */
function nextStep(booking: Booking, { next }: DueNews): string[] {
  switch (next.kind) {
    case "link":
      return ["Please pay it on this page:"];
    case "collected": {
      const from = `${next.method.type === "card" ? "card" : "bank account"} ending in ${next.method.last4 ?? "····"}`;
      return next.expires
        ? [`Your ${from} expires before that. Please pay on this page:`]
        : [`We will collect it on ${dayOf(booking, next.at)} from your ${from}. You do not have to do anything.`];
    }
  }
}

/** A late charge was added, as long as it is owed. */
export const lateCharge: Write = ({ booking, data, now, payLink }) => {
  const news = dueNews(booking, { dueId: data.dueId }, now);
  const late = booking.dues.find(({ id }) => id === data.forDueId);
  if (news === null || late === undefined) return null;
  return {
    subject: "A late charge was added",
    paragraphs: [
      `Your payment that was due on ${day(late.dueOn)} is still open, so a late charge of ${sum(booking, news)} was added under the terms of your agreement: ${label(booking)}.`,
      `It is due on ${day(news.due.dueOn)}.`,
    ],
    action: { label: "Pay now", url: payLink(news.due.id) },
  };
};
