import { hasArrived, refundNews } from "@clearing/domain/booking";
import { amountIn, amountOf, label, type Write } from "./words.ts";

/** Money that nobody expected; other refunds are announced with the cancellation. */
export const requested: Write = ({ booking, refund, data }) => {
  const unexpected = UNEXPECTED[String(data.reason)];
  if (unexpected === undefined) return null;
  const { subject, says } = stands[refundNews(refund)];
  const amount = amountOf(data) ?? "the payment";
  return {
    subject,
    paragraphs: [`${unexpected.happened} ${label(booking)}.`, says(unexpected.share?.(amount) ?? amount)],
  };
};

/** How far a refund is by now, and so what is true of it. */
const stands: Record<ReturnType<typeof refundNews>, { subject: string; says: (amount: string) => string }> = {
  under_way: { subject: "We are returning a payment", says: (amount) => `We are returning ${amount} to you.` },
  sent: { subject: "We have returned a payment", says: (amount) => `We have returned ${amount} to you.` },
  owed: {
    subject: "We owe you a refund",
    says: (amount) => `We owe you ${amount} and could not send it. ${anotherWay}`,
  },
};

const anotherWay =
  "It stays owed to you until it has reached you: we look into another way and get in touch, if we have not yet.";

/** Money that nobody expected: what happened, and which share of it goes back where that is not all. */
const UNEXPECTED: Readonly<Record<string, { happened: string; share?: (amount: string) => string }>> = {
  late_payment: {
    happened: "Your payment arrived after the hold had ended, and we could no longer give you a place.",
  },
  abandoned_payment: {
    happened: "Your payment arrived after it had been given up, because your bank account was not verified in time.",
  },
  duplicate_payment: { happened: "More was paid for your booking than is owed." },
  after_cancellation: {
    happened: "Your payment arrived after your booking had been cancelled.",
    share: (amount) => `${amount} of what you paid, by the terms of that cancellation,`,
  },
};

/** Only while the bank has not returned the money. Another mail tells of a return. */
export const succeeded: Write = ({ booking, refund, data }) =>
  !hasArrived(refund, data.amount)
    ? null
    : {
        subject: "Your refund was made",
        paragraphs: [
          `Your refund${amountIn(data)} was sent to the account or card that you paid with: ${label(booking)}.`,
          "Depending on your bank it can take up to ten business days until you see it.",
        ],
      };

export const refused: Write = ({ booking, data }) => ({
  subject: "We could not send your refund",
  paragraphs: [
    `We could not send your refund${amountIn(data)} to the account or card that you paid with: ${label(booking)}.`,
    anotherWay,
  ],
});

export const failed: Write = ({ booking, data }) => ({
  subject: "Your refund did not reach you",
  paragraphs: [`Your bank returned the refund${amountIn(data)} that we sent you: ${label(booking)}.`, anotherWay],
});
