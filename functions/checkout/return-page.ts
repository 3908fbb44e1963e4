import { type Attempt, type AttemptStatus, type MethodSetup, verifiedBy } from "@clearing/domain/booking";
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

/** Adds where the client can see their booking, because this page knows only one payment. */
const leading = (words: Words): Words => ({ ...words, text: `${words.text} ${texts.toBooking}` });

/**
 * The page to which Stripe returns a payer, paid or not: it shows the payment's state, and nothing about the booking.
 */
export const returnPage = (attempt: Attempt): Reply =>
  shortPage(200, leading(verifiedBy(attempt) === null ? payments[attempt.status] : texts.payment.verifying));

const methods: Record<MethodSetup["status"], Words> = {
  ...texts.method,
  requested: texts.method.unfinished,
  open: texts.method.unfinished,
};

/** The page to which Stripe returns a client who saved a method. */
export const methodReturnPage = ({ status }: MethodSetup): Reply => shortPage(200, leading(methods[status]));

/** The page of an address that names no payment. */
export const namelessPage = (): Reply => shortPage(200, { ...texts.nameless, text: texts.toBooking });

/** The page for an unknown payment (404), or while Stripe or the tables are unavailable (503). */
export const unknownPage = (status: 404 | 503): Reply => shortPage(status, leading(texts.unknown));
