import { hasArrived, refundNews } from "@clearing/domain/booking";
import { fill } from "@clearing/domain/text";
import texts from "./texts/refund.ts";
import { amountOf, refundOf, type Write } from "./words.ts";

/** Refunds of unexpected money; the cancellation's mail announces other refunds. Says how far the refund is by now. */
export const requested: Write = ({ refund, data }) => {
  const { reasons, wholePayment, ...stands } = texts.requested;
  const happened = (reasons as Readonly<Record<string, string>>)[String(data.reason)];
  if (happened === undefined) return null;
  const news = refundNews(refund);
  const { subject, opening } = stands[news];
  const amount = amountOf(data) ?? wholePayment;
  return {
    subject,
    paragraphs: [happened, fill(opening, { amount }), ...(news === "owed" ? [texts.anotherWay] : [])],
  };
};

/** Only while the bank has not returned the money. Another mail reports a return. */
export const succeeded: Write = ({ refund, data }) => {
  if (!hasArrived(refund, data.amount)) return null;
  const { subject, opening, arrival } = texts.succeeded;
  return { subject, paragraphs: [fill(opening, { refund: refundOf(data) }), arrival] };
};

export const refused: Write = ({ data }) => ({
  subject: texts.refused.subject,
  paragraphs: [fill(texts.refused.opening, { refund: refundOf(data) }), texts.anotherWay],
});

export const failed: Write = ({ data }) => ({
  subject: texts.failed.subject,
  paragraphs: [fill(texts.failed.opening, { refund: refundOf(data) }), texts.anotherWay],
});
