/** Mails about refunds. */
export default {
  requested: {
    reasons: {
      late_payment: "Your payment arrived after your hold had expired, and we no longer had a place for you.",
      abandoned_payment:
        "Your bank account was not verified, so we canceled your payment. Your bank debited the payment anyway.",
      duplicate_payment:
        "We could not apply a payment to your booking, because the amount was already paid or the payment came too late.",
      overpayment: "Your payment was more than you still owed.",
      unearned_interest: "You have nothing left to pay, and you paid more interest than you owe.",
      wrong_currency:
        "We could not apply a payment to your booking, because it was not in the currency of your booking.",
      after_cancellation:
        "Your payment arrived after your booking had been canceled, so the cancellation terms of your agreement apply to it.",
    },
    wholePayment: "the payment",
    under_way: {
      subject: "We are sending you a refund",
      opening: "We are refunding {amount} to the card or bank account that you paid with.",
    },
    sent: {
      subject: "We sent you a refund",
      opening: "We refunded {amount} to the card or bank account that you paid with.",
    },
    owed: {
      subject: "We owe you a refund",
      opening: "We could not refund {amount} to the card or bank account that you paid with.",
    },
  },
  anotherWay:
    "We still owe you this money. We will contact you, if we have not already, to arrange another way to send it.",
  succeeded: {
    subject: "We sent your refund",
    opening: "We sent your {refund} to the card or bank account that you paid with.",
    arrival: "It can take up to ten business days to appear on your statement.",
  },
  refused: {
    subject: "We could not send your refund",
    opening: "We could not send your {refund} to the card or bank account that you paid with.",
  },
  failed: {
    subject: "Your refund did not reach you",
    opening: "Your bank returned the {refund} that we sent you.",
  },
} as const;
