/** The page to which Stripe sends a client back. */
export default {
  viewBooking: "View your booking",
  /** By what was to be paid. A deposit can be paid only while its place is held. */
  retry: {
    deposit: "Open your booking to see whether you can still pay.",
    due: "To try again, use the link in our email, or open your booking.",
    payoff: "To try again, open your booking.",
  },
  /** After an open page, by what is to be paid. */
  goOn: {
    deposit: "If you did not pay, open your booking to continue.",
    due: "If you did not pay, use the link in our email, or open your booking to continue.",
    payoff: "If you did not pay, open your booking to continue.",
  },
  payment: {
    succeeded: { title: "Payment received", text: "Thank you. Your payment went through." },
    processing: {
      title: "Payment in progress",
      text: "Your bank is processing your payment. This can take several business days. We will email you when the payment arrives.",
    },
    unfinished: {
      title: "Payment not finished",
      text: "If you have just paid, reload this page in a moment.",
    },
    failed: { title: "Payment not completed", text: "The payment did not go through. You have not been charged." },
    expired: {
      title: "The payment page has expired",
      text: "You did not pay on that page, and you have not been charged.",
    },
    abandoned: {
      title: "Payment canceled",
      text: "Your bank account was not verified, so we canceled this payment. If your bank debits it anyway, we will refund it.",
    },
    returned: {
      title: "Payment returned",
      text: "Your bank returned this payment. We will email you if you need to do anything.",
    },
    refused: {
      title: "Payment not possible",
      text: "We could not open the payment page. You have not been charged. Please contact us.",
    },
    verifying: {
      title: "Verify your bank account",
      text: "Stripe, our payment provider, will send a small test payment to your bank account within two business days and email you a link. Once the test payment arrives, follow that link and enter the amount or code that your bank shows for it. Your payment starts only after that.",
    },
  },
  method: {
    saved: { title: "Payment method saved", text: "Thank you. This is now the saved payment method for your booking." },
    unsaved: {
      title: "Payment method not changed",
      text: "Your booking changed while you were on the previous page, so your saved payment method stays the same. Your booking page shows it.",
    },
    unfinished: {
      title: "Nothing saved yet",
      text: "If you have just saved a card or bank account, reload this page in a moment. If you did not, use the link in our email, or open your booking to try again.",
    },
    expired: {
      title: "Nothing was saved",
      text: "The page for saving a card or bank account has expired. To try again, use the link in our email, or open your booking.",
    },
    refused: { title: "Payment method not saved", text: "We could not save a payment method. Please contact us." },
  },
  /** For an address that names no payment. */
  nameless: {
    title: "No payment to show",
    text: "The address of this page is incomplete. Our emails tell you what we have received and what is due.",
  },
  unknown: {
    title: "We cannot show this payment",
    text: "If you have paid, your payment is safe. We record it as soon as it reaches us.",
  },
} as const;
