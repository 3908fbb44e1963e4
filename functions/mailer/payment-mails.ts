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
import type { Instant } from "@clearing/domain/time";
import { longDate } from "@clearing/domain/time/long-date";
import { amountIn, type Data, dayOf, label, moment, type Write, what } from "./words.ts";

/** Only while the bank works on it. Another mail tells of the outcome. */
export const processing: Write = ({ booking, data }) =>
  !isCollected(booking, data)
    ? null
    : {
        subject: "Your payment is on its way",
        paragraphs: [
          `Your bank is processing your payment${amountIn(data)} for your booking: ${label(booking)}.`,
          isHeld(booking)
            ? "This can take several business days. We keep your place meanwhile, and will write to you when it has arrived."
            : "This can take several business days. We will write to you when it has arrived.",
        ],
      };

/** A receipt: true for good. What it says of the booking is as of now. */
export const settled: Write = ({ booking, data }) => ({
  subject: data.purpose === "deposit" ? "We received your deposit" : "We received your payment",
  paragraphs: [
    `Thank you. Your ${what(data)}${amountIn(data)} for your booking has arrived: ${label(booking)}.`,
    ...(awaitsClearance(booking)
      ? ["We keep your place, and will write to you again as soon as your booking is confirmed."]
      : []),
    ...leftToPay(booking),
    ...(mayOwe(booking)
      ? []
      : [
          "Your booking has ended since. We will write to you about what becomes of your payment, if we have not done so yet.",
        ]),
  ],
});

/** That everything is paid, or what comes next. */
function leftToPay(booking: Booking): string[] {
  const remainder = remainderOf(booking);
  if (remainder === null) return [];
  if (remainder.kind === "nothing") return ["Your booking is paid in full."];
  const { due } = remainder;
  return [`Your next payment of ${formatMoney(unpaid(due), booking.currency)} is due on ${longDate(due.dueOn)}.`];
}

/** Only while there is something to verify, and time for it. */
export const actionRequired: Write = ({ booking, data, now }) =>
  !canBeVerified(booking, data, now)
    ? null
    : {
        subject: "Please verify your bank account",
        paragraphs: [
          `Your ${what(data)}${amountIn(data)} for your booking waits for your bank account to be verified: ${label(booking)}.`,
          "Within two business days a small deposit arrives in the account. Follow the link in the email from Stripe to say what arrived. Only then does the payment begin.",
          ...(typeof data.until === "string"
            ? [`Please do so before ${moment(booking, data.until)}: after that the payment is given up.`]
            : []),
        ],
      };

/** Only while it is not paid in another way, on a booking that was not cancelled: those have mails of their own. */
export const failed: Write = ({ booking, data, now, payLink }) => {
  const news = data.purpose === "due" ? dueNews(booking, { dueId: data.dueId }, now) : null;
  const next = news === null ? whatNow(booking, data, now) : null;
  const action = news === null ? {} : { action: { label: "Pay now", url: payLink(news.due.id) } };
  const steps = news === null ? [next] : afterFailure(booking, news);
  if (next === null && news === null) return null;
  return {
    subject: data.purpose === "deposit" ? "Your deposit did not go through" : "Your payment did not go through",
    paragraphs: [
      `Your ${what(data)}${amountIn(data)} for your booking did not go through: ${label(booking)}.`,
      ...(typeof data.reason === "string" && reasons[data.reason] ? [reasons[data.reason]] : []),
      ...(data.reason === "bank_account_not_verified"
        ? [
            "Your bank account was not verified, so the payment was given up. Should money still be taken, we return it.",
          ]
        : []),
      ...steps,
    ].filter((words) => typeof words === "string"),
    ...action,
  };
};

/** Why a collection failed, as far as its client can do something about it. */
const reasons: Readonly<Record<string, string>> = {
  card_declined: "Your bank declined it.",
  insufficient_funds: "There was not enough money in the account.",
  card_expired: "Your card has expired.",
  authentication_required: "Your bank asks you to confirm it yourself.",
  method_unusable: "The payment method that you saved can no longer be used.",
  bank_returned: "Your bank returned it.",
};

/** When it is collected again, which the client need not wait for, or that they pay on a page. */
function afterFailure(booking: Booking, { next }: DueNews): string[] {
  return next.kind === "link"
    ? ["Please pay it on this page:"]
    : [`We will try again on ${dayOf(booking, next.at)}. You can also pay on this page now:`];
}

/** What the client can do about a payment that failed, or null where there is nothing left to do. */
function whatNow(booking: Booking, data: Data, now: Instant): string | null {
  const outlook = paymentOutlook(booking, data.dueId, now);
  switch (outlook?.kind) {
    case "hold":
      return `You can pay in another way until ${moment(booking, outlook.until)}.`;
    case "due":
      return "You can pay in another way in your booking.";
    case "no_place":
      return "We no longer hold a place for you. You are welcome to book again.";
    case undefined:
      return null;
  }
}
