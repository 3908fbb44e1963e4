import { type Attempt, type AttemptStatus, type MethodSetup, verifiedBy } from "@clearing/domain/booking";
import type { Reply } from "@clearing/runtime/api";
import { shortPage, type Words } from "@clearing/runtime/page";
import texts from "./texts/return-page.ts";

/** Each is true whenever it is shown: it says what Stripe said of this payment, and nothing of the booking or its place. */
const payments: Record<AttemptStatus, Words> = {
  ...texts.payment,
  requested: texts.payment.unfinished,
  open: texts.payment.unfinished,
};

/** With where the client learns the rest: a page of ours knows no more than one payment. */
const leading = (words: Words): Words => ({ ...words, text: `${words.text} ${texts.toBooking}` });

/** Where Stripe's page returns to, paid or not: says how this payment stands, and nothing about what was booked. */
export const returnPage = (attempt: Attempt): Reply =>
  shortPage(200, leading(verifiedBy(attempt) === null ? payments[attempt.status] : texts.payment.verifying));

const methods: Record<MethodSetup["status"], Words> = {
  ...texts.method,
  requested: texts.method.unfinished,
  open: texts.method.unfinished,
};

/** Where Stripe's page returns to that saves a method, and takes no money. */
export const methodReturnPage = ({ status }: MethodSetup): Reply => shortPage(200, leading(methods[status]));

/** For an address that names no payment: there is nothing to say of one. */
export const namelessPage = (): Reply => shortPage(200, { ...texts.nameless, text: texts.toBooking });

/** For an unknown payment (404), or while Stripe or the tables cannot be asked (503). */
export const unknownPage = (status: 404 | 503): Reply => shortPage(status, leading(texts.unknown));
