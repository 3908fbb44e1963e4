/** Mails about a booking: its hold, agreement, confirmation and end. */
export default {
  held: {
    subject: "We are holding a place for you",
    opening: "We are holding a place for you.",
    signAndPay:
      "Please sign the agreement and pay the deposit on your booking page before {time}. Otherwise, we will no longer hold the place for you.",
    pay: "Please pay the deposit on your booking page before {time}. Otherwise, we will no longer hold the place for you.",
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
    /** While the deposit is unpaid. */
    pay: "To secure the place, please pay the deposit on your booking page before {time}.",
    automatic:
      "You also authorized us to charge the payments after the deposit automatically. You can withdraw this authorization at any time.",
    byLink: "You did not authorize automatic payments, so we will send you a link for each payment after the deposit.",
    noReminder: "You did not authorize automatic payments.",
    kept: "You can read the agreement on your booking page at any time, exactly as you signed it.",
  },
  confirmed: {
    subject: "Your booking is confirmed",
    opening: "Your booking is confirmed.",
    welcome: "We look forward to welcoming you.",
  },
  unconfirmed: {
    subject: "We need to update your information",
    opening:
      "Your booking is no longer confirmed, but you still have your place. To confirm it again, we need to update some of your information.",
    contact: "Please contact us before {time}. Otherwise, we will have to cancel your booking.",
  },
  declined: {
    subject: "About your booking",
    opening: "We are sorry. We could not accept your booking.",
    questions: "If you have any questions, please contact us.",
  },
  cancelled: {
    subject: "Your booking is canceled",
    reasons: {
      client: "As you asked, we canceled your booking.",
      operator: "We are sorry. We had to cancel your booking.",
      clearance_deadline: "We are sorry. We could not confirm your booking in time, so we canceled it.",
      non_payment: "Your payment is still past due after our final notice, so we canceled your booking.",
      no_show: "You did not arrive, so we canceled your booking.",
      other: "Your booking is canceled.",
    },
    /** To a payer who does not take part. Whatever keeps the participant from taking part has the same words (I8). */
    reasonsForPayer: {
      not_taking_part: "We are sorry. The person you booked for will not take part, so we canceled your booking.",
      /** Says nothing about the participant, whatever else was missing (I8). */
      unsigned:
        "The agreement for your booking had changed, and you did not sign it again in time, so we canceled your booking.",
      unanswered: "The person you booked for did not accept the place in time, so we canceled your booking.",
      no_show: "The person you booked for did not arrive, so we canceled your booking.",
    },
    refunds: {
      in_full: "We will refund the {amount} that you paid. We will email you when we have sent the refund.",
      in_part:
        "Under your agreement, we keep {kept} of what you paid and refund {amount}. We will email you when we have sent the refund.",
      /** Nothing was paid, or staff have refunded it before. */
      nothing: "There is nothing to refund.",
      none_due: "Under the cancellation terms of your agreement, we keep the {kept} that you paid.",
      unknown: "We will refund what we owe you under your agreement.",
    },
    nothingOwed: "You owe no further payments for this booking.",
    paymentUnderWay:
      "If we receive a payment that is still being processed, the cancellation terms of your agreement apply to it, and we will email you.",
  },
  cancelledForOther: {
    opening: "The booking that was made for you is canceled.",
    questions: "If you have any questions, please contact us.",
  },
} as const;
