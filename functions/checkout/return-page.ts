import { type Attempt, type AttemptStatus, type MethodSetup, tookNothing, verifiedBy } from "@clearing/domain/booking";
import type { Reply } from "@clearing/runtime/api";
import { shortPage, type Words } from "@clearing/runtime/page";
import texts from "./texts/return-page.ts";

/**
 * Each text stays true whenever it is shown: it gives Stripe's state of this payment, and nothing about the booking or
 * its place.
 */
const payments: Record<AttemptStatus, Words> = {
  ...texts.payment,
  requested: texts.payment.unfinished,
  open: texts.payment.unfinished,
};

/** Links to the booking on the clients' web site, because this page knows only one payment. Without a site, no link. */
const linked = (words: Words, bookingId: string, site: string | undefined): Words =>
  site === undefined ? words : { ...words, link: { label: texts.viewBooking, url: `${site}/bookings/${bookingId}` } };

/** Adds how to pay after all, to the page of an attempt that took nothing or is unfinished. */
function withRetry(attempt: Attempt, words: Words): Words {
  const { purpose } = attempt;
  if (tookNothing(attempt)) return { ...words, text: `${words.text} ${texts.retry[purpose]}` };
  return words === texts.payment.unfinished ? { ...words, text: `${words.text} ${texts.goOn[purpose]}` } : words;
}

/**
 * The page to which Stripe returns a payer, paid or not: it shows the payment's state, and nothing about the booking but
 * a link to it on the clients' web site.
 */
export function returnPage(attempt: Attempt, site: string | undefined): Reply {
  const words = verifiedBy(attempt) === null ? payments[attempt.status] : texts.payment.verifying;
  return shortPage(200, linked(withRetry(attempt, words), attempt.bookingId, site));
}

const methods: Record<MethodSetup["status"], Words> = {
  ...texts.method,
  requested: texts.method.unfinished,
  open: texts.method.unfinished,
};

/** The page to which Stripe returns a client who saved a method. */
export const methodReturnPage = ({ status, bookingId }: MethodSetup, site: string | undefined): Reply =>
  shortPage(200, linked(methods[status], bookingId, site));

/** The page of an address that names no payment. */
export const namelessPage = (): Reply => shortPage(200, texts.nameless);

/** The page for an unknown payment (404), or while Stripe or the tables are unavailable (503). */
export const unknownPage = (status: 404 | 503): Reply => shortPage(status, texts.unknown);
