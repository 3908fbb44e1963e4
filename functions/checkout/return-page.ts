import { type Attempt, type AttemptStatus, type MethodSetup, verifiedBy } from "@clearing/domain/booking";
import type { Reply } from "@clearing/runtime/api";
import { shortPage, type Words } from "@clearing/runtime/page";

const toBooking = "See your booking for the current status.";
const notFinished = `This payment is not finished. If you have just paid on another page, reload this one in a moment. ${toBooking}`;

/** Each is true whenever it is shown: it says what Stripe said of this payment, and nothing of the booking or its place. */
const words: Record<AttemptStatus, Words> = {
  succeeded: { title: "Payment received", text: `Thank you. ${toBooking} You can close this page.` },
  processing: {
    title: "Payment in progress",
    text: `Your bank is processing your payment. This can take several business days. We will email you. ${toBooking}`,
  },
  requested: { title: "Payment not finished", text: notFinished },
  open: { title: "Payment not finished", text: notFinished },
  failed: { title: "Payment not completed", text: `The payment did not go through. ${toBooking}` },
  expired: { title: "This page has expired", text: `You have not paid on this page. ${toBooking}` },
  abandoned: {
    title: "Payment canceled",
    text: `Your bank account was not verified, so we canceled this payment. If the money is still taken, we will refund it. ${toBooking}`,
  },
  returned: { title: "Payment returned", text: `Your bank returned this payment. ${toBooking}` },
  refused: { title: "Payment not possible", text: `We could not open the payment page. ${toBooking}` },
};

const verifying: Words = {
  title: "Verify your bank account",
  text: `Stripe is sending a small test deposit to your bank account. Once it arrives, follow the link in Stripe's email and enter what arrived. The payment starts only after that. ${toBooking}`,
};

/** Where Stripe's page returns to, paid or not: says how this payment stands, and nothing about what was booked. */
export const returnPage = (attempt: Attempt): Reply =>
  shortPage(200, verifiedBy(attempt) === null ? words[attempt.status] : verifying);

const methods: Record<MethodSetup["status"], Words> = {
  saved: {
    title: "Payment method saved",
    text: `Thank you. This payment method replaces your previous one. ${toBooking}`,
  },
  unsaved: {
    title: "Payment method not changed",
    text: `Your saved payment method stays the same. ${toBooking}`,
  },
  requested: {
    title: "Nothing saved yet",
    text: `If you have just saved it, reload this page in a moment. ${toBooking}`,
  },
  open: { title: "Nothing saved yet", text: `If you have just saved it, reload this page in a moment. ${toBooking}` },
  expired: { title: "This page has expired", text: `You have not saved a payment method on this page. ${toBooking}` },
  refused: { title: "Payment method not saved", text: `We could not save a payment method. ${toBooking}` },
};

/** Where Stripe's page returns to that saves a method, and takes no money. */
export const methodReturnPage = ({ status }: MethodSetup): Reply => shortPage(200, methods[status]);

/** For an address that names no payment: there is nothing to say of one. */
export const namelessPage = (): Reply => shortPage(200, { title: "Back to your booking", text: toBooking });

/** For an unknown payment (404), or while Stripe or the tables cannot be asked (503). */
export const unknownPage = (status: 404 | 503): Reply =>
  shortPage(status, {
    title: "We cannot show this payment",
    text: `${toBooking} If you have paid, your payment is safe. We record it as soon as it reaches us.`,
  });
