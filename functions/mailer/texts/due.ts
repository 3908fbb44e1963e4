/** Mails about a payment before and after its date. */
export default {
  upcoming: {
    subject: "Your payment is due on {date}",
    opening: "Your payment of {amount} is due on {date}.",
  },
  changed: {
    subject: "Your payment has changed",
    opening: "A payment for your booking differs from the list in your authorization for automatic payments.",
    now: "It is now {amount}, due on {date}.",
  },
  pastDue: {
    subject: "Your payment is past due",
    opening: "Your payment of {amount} was due on {date} and has not been paid.",
  },
  final: {
    subject: "Final notice: your payment is past due",
    cancels:
      "If it is not paid before {date}, we will cancel your booking on that day under the cancellation terms of your agreement.",
  },
  next: {
    collected: "We will charge it to your {method} on {date}. You do not need to do anything.",
    cardExpires: "Your {method} expires before we can charge it.",
    debitFree: "In the ten business days before your first day, we do not debit bank accounts.",
    pay: "Please pay it on this page:",
  },
  lateCharge: {
    subject: "We added a late charge",
    opening:
      "Your payment that was due on {date} has not been paid, so we added a late charge of {amount} under the terms of your agreement.",
    due: "The late charge is due on {date}.",
  },
  /** To staff. */
  task: {
    subject: "A payment needs your attention",
    opening: "{amount} for a booking was due on {date} and is {status}.",
    delinquent: "more than 30 days late",
    notPaid: "unpaid after the final notice",
    next: "Nothing more happens automatically. Please contact the client, or defer or waive the payment.",
  },
} as const;
