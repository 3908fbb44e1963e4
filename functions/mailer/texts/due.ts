/** Mails about a payment before and after its date. */
export default {
  upcoming: {
    subject: "Your payment is due on {date}",
    tomorrow: "Payment due tomorrow, {date}",
    opening: "Your payment of {amount} is due on {date}.",
  },
  changed: {
    subject: "An automatic payment has changed",
    opening:
      "The amount or the date of an automatic charge for your booking differs from the list in your authorization for automatic payments.",
    payment: "The payment is {amount}, due on {date}.",
    pastDue: "The payment is {amount}. It was due on {date} and has not been paid in full.",
  },
  pastDue: {
    subject: "Your payment is past due",
    opening: "Your payment of {amount} was due on {date} and has not been paid.",
  },
  final: {
    subject: "Final notice: your payment is past due",
    cancels:
      "If it is not paid before {date}, we will cancel your booking on that day under the cancellation terms of your agreement.",
    /** Of a booking that is not confirmed, which non-payment does not cancel yet. */
    mayCancel:
      "If it is not paid before {date}, we may cancel your booking on or after that day under the cancellation terms of your agreement.",
  },
  next: {
    collected: "We will charge it to your {method} on {date}. You do not need to do anything.",
    /** While the client is to sign. */
    collectedUnsigned: "We will charge it to your {method} on {date}.",
    /** Of a payment that is past due. */
    retried: "We will try to charge your {method} on {date}. If that fails, you still owe this payment.",
    /** Of a payment that has just failed, perhaps from another card or bank account. */
    unlessPaid: "We will try to charge your {method} on {date}, unless you pay before then.",
    cardExpires:
      "We will try to charge your {method} on {date}, but it will have expired by then, so the charge may fail. Please use the link below to pay, or to save another card or bank account.",
    debitFree:
      "We do not debit bank accounts in the ten business days before the program starts. Please pay by card by the due date. If this payment is still unpaid on {date}, we will charge it to your {method} then.",
    /** Of a payment whose date may have passed. */
    debitFreeLate:
      "We do not debit bank accounts in the ten business days before the program starts. Please make this payment by card. If it is still unpaid on {date}, we will charge it to your {method} then.",
    /** The bank declined the method for good, so that no payment is charged to it. */
    declined:
      "We do not plan to charge your {method} again for this or any other payment. Please use the link below to pay, or to save another card or bank account.",
    notRetried:
      "We do not plan to try your {method} again for this payment. Please use the link below to pay, or to save another card or bank account.",
    /** Automatic payments are on, but there is no method to charge. */
    noMethod:
      "We do not have a card or bank account that we can charge for this payment. Please use the link below to pay, or to save a card or bank account.",
    /** Of a payment whose client must be present, so that no saved method can be charged. */
    authentication: "We will not try to charge this payment automatically again. Please pay with the link below.",
    cancelledFirst:
      "We do not debit bank accounts in the ten business days before the program starts, so we will not charge this payment to your {method}. Please pay it by card.",
  },
  /** The automatic charges of the next day that has any, and the payments that are not charged on their date. */
  charges: {
    first: "The next charge is {amount} to your {method} on {date}.",
    others: "On the same day, we will also charge {amount}.",
    expires: "Your card will have expired by then, so it may be declined.",
    debitFree:
      "We do not debit bank accounts in the ten business days before the program starts, so please pay the {amount} due on {date} by card. If it is still unpaid on {charged}, we will charge it to your {method} then.",
    uncharged:
      "We do not plan to charge the payment of {amount} that was due on {date}. Please pay it on your booking page now.",
    unchargedAhead:
      "We do not plan to charge the payment of {amount} that is due on {date}. Please pay it on your booking page by then.",
  },
  lateCharge: {
    subject: "We added a late charge",
    opening:
      "Your payment that was due on {date} has not been paid in full, so we added a late charge of {amount} under the terms of your agreement.",
    due: "The late charge is in addition to that payment. It is due on {date}. We do not charge it automatically, so please pay it with the link below.",
    pay: "Pay the late charge",
  },
  /** To staff. */
  task: {
    subject: "A payment needs your attention",
    opening: "A payment of {amount} was due on {date} and is {status}.",
    delinquent: "more than 30 days late",
    notPaid: "still unpaid after the final notice",
    next: "A scheduled automatic charge or a late charge may still follow. Please contact the client, or defer or waive the payment.",
  },
} as const;
