/** The page that a payment link opens. */
export default {
  payable: {
    title: "Pay {amount}",
    due: "Your payment to {merchant} for the {program}, due on {date}.",
    pastDue: "Your payment to {merchant} for the {program} was due on {date} and is past due.",
    /** While it waits for another confirmation. */
    undated: "Your payment to {merchant} for the {program}. It is due after we confirm your booking.",
    /** When it is charged if the client does nothing. */
    planned: {
      collected:
        "We will charge {method} on {date}. You can also pay now. If you do, we will not charge this payment again.",
      card_expires:
        "We will try to charge {method} on {date}, but it will have expired by then, so the charge may fail. If you pay now, we will not charge this payment again.",
      debit_free:
        "We do not debit bank accounts in the ten business days before the program starts. If this payment is still unpaid on {date}, we will charge {method} then.",
    },
    payoff:
      "Your payment to {merchant} for the {program}. You chose to pay off your remaining balance in one payment. This amount covers every payment that was not already in progress.",
    button: "Pay now",
    otherMethod: "Save another card or bank account",
    /** Automatic payments are on, but there is no method to charge. */
    firstMethod: "Save a card or bank account",
  },
  paid: { title: "Paid", text: "Thank you. We received this payment. You can close this page." },
  /** Other payments of the booking are unpaid. */
  paidInPart: {
    title: "Paid",
    text: "Thank you. We received this payment. You have more payments to make for this booking.",
  },
  onItsWay: {
    title: "On its way",
    text: "This payment is being processed. We will email you when it arrives. You can close this page.",
  },
  /** The client pays the other payments off in one payment, and this one is not among them. */
  afterPayoff: {
    title: "You can pay this later",
    text: "You chose to combine your other payments into one payment. Once that payment is complete, or its payment page has expired, you can use this link again to make this payment.",
  },
  /** The payer has corrected the participant's details. */
  toSign: {
    title: "Please sign your agreement first",
    text: "The agreement for this booking has changed. After you sign it on your booking page, you can use this link again.",
    /** When it is charged although the client has not signed. `debit_free` is as for a payment that can be paid. */
    planned: {
      collected: "If this payment is still unpaid on {date}, we will charge {method} then.",
      card_expires:
        "If this payment is still unpaid on {date}, we will try to charge {method}, but it will have expired by then, so the charge may fail.",
    },
  },
  nothingToPay: { title: "Nothing to pay", text: "There is nothing to pay with this link. You can close this page." },
  invalid: {
    title: "This link is no longer valid",
    text: "Please use the link in our latest email, or reply to it and we will send you a new link.",
  },
  unavailable: {
    title: "Please try again in a moment",
    text: "We cannot open the payment page right now. You have not been charged.",
  },
} as const;
