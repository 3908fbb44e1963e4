import { type Attempt, type AttemptStatus, type MethodSetup, verifiedBy } from "@clearing/domain/booking";
import type { Reply } from "@clearing/runtime/api";
import { shortPage, type Words } from "@clearing/runtime/page";

const toBooking = "Your booking shows how it stands.";
const notFinished = `This payment is not finished. If you have just paid on another page, reload this one in a moment. ${toBooking}`;

/** Each is true whenever it is shown: it says what Stripe said of this payment, and nothing of the booking or its place. */
const words: Record<AttemptStatus, Words> = {
  succeeded: { title: "Payment received", text: `Thank you. ${toBooking} You may close this page.` },
  processing: {
    title: "Payment under way",
    text: `Your bank is working on it, which can take some days. We will write to you. ${toBooking}`,
  },
  requested: { title: "Payment not finished", text: notFinished },
  open: { title: "Payment not finished", text: notFinished },
  failed: { title: "Payment not completed", text: `The payment did not go through. ${toBooking}` },
  expired: { title: "This page has expired", text: `No payment was made on it. ${toBooking}` },
  abandoned: {
    title: "Payment given up",
    text: `Your bank account was not verified, so this payment was given up. Should money still be taken, we will return it. ${toBooking}`,
  },
  returned: { title: "Payment taken back", text: `Your bank has taken this payment back. ${toBooking}` },
  refused: { title: "Payment not possible", text: `The payment page could not be opened. ${toBooking}` },
};

const verifying: Words = {
  title: "Verify your bank account",
  text: `A small deposit is on its way to your bank account. Follow the link in the email from Stripe to say what arrived. Only then does the payment begin. ${toBooking}`,
};

/** Where Stripe's page returns to, paid or not: says how this payment stands, and nothing about what was booked. */
export const returnPage = (attempt: Attempt): Reply =>
  shortPage(200, verifiedBy(attempt) === null ? words[attempt.status] : verifying);

const methods: Record<MethodSetup["status"], Words> = {
  saved: { title: "Payment method saved", text: `Thank you. It replaces the one that you had. ${toBooking}` },
  unsaved: {
    title: "Payment method not changed",
    text: `Your booking keeps the payment method that it has. ${toBooking}`,
  },
  requested: {
    title: "Nothing saved yet",
    text: `If you have just saved it, reload this page in a moment. ${toBooking}`,
  },
  open: { title: "Nothing saved yet", text: `If you have just saved it, reload this page in a moment. ${toBooking}` },
  expired: { title: "This page has expired", text: `No payment method was saved on it. ${toBooking}` },
  refused: { title: "Payment method not saved", text: `No payment method was saved. ${toBooking}` },
};

/** Where Stripe's page returns to that saves a method, and takes no money. */
export const methodReturnPage = ({ status }: MethodSetup): Reply => shortPage(200, methods[status]);

/** For an address that names no payment: there is nothing to say of one. */
export const namelessPage = (): Reply => shortPage(200, { title: "Back to your booking", text: toBooking });

/** For an unknown payment (404), or while Stripe or the tables cannot be asked (503). */
export const unknownPage = (status: 404 | 503): Reply =>
  shortPage(status, {
    title: "We cannot show this payment",
    text: `${toBooking} If you paid, nothing is lost: the payment is entered as soon as we hear of it.`,
  });
