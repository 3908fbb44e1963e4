/** Mails about refunds. */
export default {
  requested: {
    reasons: {
      late_payment: "Your payment arrived after your hold had expired, and we no longer had a place for you.",
      abandoned_payment:
        "Your bank account was not verified in time, so we canceled your payment. The money was taken anyway.",
      duplicate_payment:
        "We could not apply a payment to your booking, because the amount was already paid or the payment came too late.",
      overpayment: "Your payment was more than you still owed.",
      unearned_interest:
        "You have nothing left to pay, so you do not owe some of the interest that you paid in advance.",
      wrong_currency:
        "We could not apply a payment to your booking, because it was not in the currency of your booking.",
      after_cancellation: "Your payment arrived after your booking had been canceled.",
    },
    wholePayment: "the payment",
    /** After a cancellation: how much of it is refunded. */
    share: "{amount} of what you paid, under the terms of the cancellation",
    under_way: { subject: "We are refunding a payment", opening: "We are refunding {amount}." },
    sent: { subject: "We have refunded a payment", opening: "We have refunded {amount}." },
    owed: { subject: "We owe you a refund", opening: "We could not refund {amount}." },
  },
  anotherWay:
    "We still owe you this money. We are looking for another way to send it. If we have not contacted you yet, we will.",
  succeeded: {
    subject: "We sent your refund",
    opening: "We sent your {refund} to the account or card that you paid with.",
    arrival: "It can take up to ten business days to appear on your statement.",
  },
  refused: {
    subject: "We could not send your refund",
    opening: "We could not send your {refund} to the account or card that you paid with.",
  },
  failed: {
    subject: "Your refund did not reach you",
    opening: "Your bank returned the {refund} that we sent you.",
  },
} as const;
