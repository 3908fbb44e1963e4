/** Mails about a booking: its hold, agreement, confirmation and end. */
export default {
  held: {
    subject: "Your place is on hold",
    opening: "We are holding a place for you.",
    signAndPay: "Please sign the agreement and pay the deposit before {time}.",
    pay: "Please pay the deposit before {time}.",
  },
  holdExpired: {
    subject: "Your hold has expired",
    opening: "The time to pay the deposit has passed, so we no longer hold a place for you.",
    atBank: "Your bank did not complete the payment of your deposit in time, so we no longer hold a place for you.",
    bookAgain:
      "You are welcome to book again. If a payment from you arrives after this email, we will either give you a place or refund the payment in full. We will email you in either case.",
  },
  holdExpiredForOther: {
    subject: "Your place is no longer held",
    opening: "The booking that was made for you has expired, and we no longer hold a place for you.",
  },
  agreementSigned: {
    subject: "Your signed agreement",
    opening: "Thank you for signing the agreement for your booking.",
    automatic:
      "You also authorized us to charge later payments automatically. You can withdraw this authorization at any time.",
    byLink: "You did not authorize automatic payments, so we will send you a link for each later payment.",
    noReminder: "You did not authorize automatic payments.",
    kept: "You can read the agreement in your booking at any time, exactly as you signed it.",
  },
  confirmed: {
    subject: "Your booking is confirmed",
    opening: "Your booking is confirmed.",
    welcome: "We look forward to welcoming you.",
  },
  unconfirmed: {
    subject: "We need to update your information",
    opening:
      "You still have your place. Before we can confirm your booking again, some of the information that we have from you has to be updated.",
    contact: "Please contact us before {time}.",
  },
  declined: {
    subject: "About your booking",
    opening: "We are sorry. We could not accept your booking.",
    refund: "We will refund everything you have paid. If you have any questions, please contact us.",
    questions: "If you have any questions, please contact us.",
  },
  cancelled: {
    subject: "Your booking is canceled",
    reasons: {
      client: "As you asked, we canceled your booking.",
      operator: "We are sorry. We had to cancel your booking.",
      clearance_deadline: "We are sorry. We could not confirm your booking in time, so we canceled it.",
      non_payment: "Your payment is still past due, so we canceled your booking, as our final notice said.",
      no_show: "You did not arrive, so your booking has ended.",
      other: "Your booking is canceled.",
    },
    /** To a payer who does not take part. */
    reasonsForPayer: {
      not_accepted: "We are sorry. We could not accept your booking, so it is canceled.",
      unanswered: "Your invitation was not accepted in time, so your booking is canceled.",
      no_show: "The person you booked for did not arrive, so your booking has ended.",
    },
    refunds: {
      returned: "We will refund {amount} to you and email you when we have sent it.",
      nothing_paid: "You had not paid anything, so there is nothing to refund.",
      none_due: "Under your agreement, no refund is due for what you had paid.",
      unknown: "We will refund what we owe you under your agreement.",
    },
    paymentUnderWay:
      "If a payment from you is still being processed, the same terms apply to it, and we will email you.",
  },
  cancelledForOther: {
    opening: "The booking that was made for you is canceled.",
    questions: "If you have any questions, please contact us.",
  },
} as const;
