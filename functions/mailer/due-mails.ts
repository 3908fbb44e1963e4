import { type Booking, type DueNews, dueNews } from "@clearing/domain/booking";
import { formatMoney } from "@clearing/domain/money";
import { longDate } from "@clearing/domain/time/long-date";
import { dayOf, label, methodName, type Wording, type Write } from "./words.ts";

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
    subject: `Your payment on ${longDate(news.due.dueOn)}`,
    paragraphs: [
      `Your payment of ${sum(booking, news)} is due on ${longDate(news.due.dueOn)}.`,
      about(booking),
      ...nextStep(booking, news),
    ],
  }),
  changed: (booking, news) => ({
    subject: "Your payment has changed",
    paragraphs: [
      "A payment has another amount or date than the ones that you allowed us to collect automatically.",
      `It is now ${sum(booking, news)}, due on ${longDate(news.due.dueOn)}.`,
      about(booking),
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
      ...(cancelsOn === null
        ? []
        : [
            `If it is not paid before ${longDate(cancelsOn)}, we will cancel your booking on that day under the cancellation terms of your agreement.`,
          ]),
      ...nextStep(booking, news),
    ],
  }),
};

const sum = ({ currency }: Booking, { amount }: DueNews): string => formatMoney(amount, currency);

const owed = (booking: Booking, news: DueNews): string[] => [
  `Your payment of ${sum(booking, news)} was due on ${longDate(news.due.dueOn)} and has not been paid.`,
  about(booking),
];

/** What is paid for. */
const about = (booking: Booking): string => `It is for your booking: ${label(booking)}.`;

/** Whether it is collected without the client. */
const isTaken = ({ next }: DueNews): boolean => next.kind === "collected";

/** What happens next, or what the client can do: one step. */
function nextStep(booking: Booking, { next }: DueNews): string[] {
  if (next.kind === "collected") {
    return [
      `We will collect it on ${dayOf(booking, next.at)} from your ${methodName(next.method)}. You do not have to do anything.`,
    ];
  }
  switch (next.why) {
    case "client":
      return [payHere];
    case "card_expires":
      return [`Your ${methodName(next.method)} expires before we can collect it.`, payHere];
    case "debit_free":
      return ["In the ten business days before your first day we do not collect from bank accounts.", payHere];
  }
}

const payHere = "Please pay it on this page:";

/** A late charge was added, as long as it is owed. */
export const lateCharge: Write = ({ booking, data, now, payLink }) => {
  const news = dueNews(booking, { dueId: data.dueId }, now);
  const late = booking.dues.find(({ id }) => id === data.forDueId);
  if (news === null || late === undefined) return null;
  return {
    subject: "A late charge was added",
    paragraphs: [
      `Your payment that was due on ${longDate(late.dueOn)} has not been paid, so we added a late charge of ${sum(booking, news)} under the terms of your agreement.`,
      `The late charge is due on ${longDate(news.due.dueOn)}.`,
      about(booking),
      payHere,
    ],
    action: { label: "Pay now", url: payLink(news.due.id) },
  };
};

/** To staff: nothing more happens by itself for a due, as long as that is so. */
export const task: Write = ({ booking, data, now }) => {
  const news = dueNews(booking, data, now);
  if (news === null) return null;
  const status = data.reason === "delinquent" ? "more than 30 days late" : "unpaid after the last notice";
  return {
    subject: "A payment needs your attention",
    paragraphs: [
      `${sum(booking, news)} of a booking was due on ${longDate(news.due.dueOn)} and is ${status}: ${label(booking)}.`,
      "Nothing more happens by itself. Please get in touch with the client, or defer or waive the payment.",
    ],
  };
};
