import { isPaused, mayOwe, nextTryAt, owedAsTold, unpaid } from "@clearing/domain/booking";
import { formatMoney } from "@clearing/domain/money";
import { longDate } from "@clearing/domain/time/long-date";
import { amountOf, dayOf, label, type Write } from "./words.ts";

/** What was waived is owed no more, as long as the booking goes on: true for good. */
export const waived: Write = ({ booking, data }) => {
  const amount = amountOf(data);
  if (amount === null || typeof data.dueOn !== "string" || !mayOwe(booking)) return null;
  return {
    subject: "A payment is no longer due",
    paragraphs: [
      `You no longer owe the payment of ${amount} that was due on ${longDate(data.dueOn)} for your booking: ${label(booking)}.`,
      "You do not have to do anything.",
    ],
  };
};

/** As long as the due is owed on that date. */
export const deferred: Write = ({ booking, data, now }) => {
  const due = owedAsTold(booking, data);
  if (due === null || typeof data.from !== "string") return null;
  const at = nextTryAt(booking, due, now);
  return {
    subject: `Your payment is now due on ${longDate(due.dueOn)}`,
    paragraphs: [
      `Your payment of ${formatMoney(unpaid(due), booking.currency)} that was due on ${longDate(data.from)} is now due on ${longDate(due.dueOn)}: ${label(booking)}.`,
      at === null
        ? "We will write to you before that date, with a link to pay it."
        : `We will collect it on ${dayOf(booking, at)}. You do not have to do anything.`,
    ],
  };
};

/** As long as it is so. */
export const collection: Write = ({ booking, data }) => {
  if (!mayOwe(booking) || isPaused(booking) !== data.paused) return null;
  return data.paused === true
    ? {
        subject: "We have paused your payments",
        paragraphs: [
          `For now we collect no payment for your booking: ${label(booking)}.`,
          "What is due stays due, and we add nothing for this time. You can still pay with the link in an earlier email. We will write to you before we collect a payment again.",
        ],
      }
    : {
        subject: "Your payments go on",
        paragraphs: [
          `We have ended the pause of the payments for your booking: ${label(booking)}.`,
          booking.autopay
            ? "We collect your payments again as agreed."
            : "We will send you a link for each payment that is still due.",
        ],
      };
};
