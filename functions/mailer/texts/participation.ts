/** Mails about an invitation to take part in a booking that somebody else made. */
export default {
  invited: {
    subject: "Please accept or decline your place",
    opening: "Someone has reserved a place for you.",
    signIn: "Please sign in with this email address before {time} to read the terms and to accept or decline.",
    mayEndEarlier: "The reservation ends earlier if the person who made it does not complete the booking.",
    ignore: "If you did not expect this email, you can ignore it. If you do not answer, the reservation ends.",
  },
  accepted: {
    subject: "You accepted your place",
    opening: "Thank you for accepting your place.",
    /** Until the booking is confirmed. */
    steps:
      "Please complete the remaining steps before {time}, so that we can confirm the booking. Otherwise, we will have to cancel it.",
    kept: "You can read the terms on your booking page at any time, exactly as you accepted them.",
  },
  declined: {
    subject: "You declined your place",
    /** After an acceptance. */
    withdrawn: "You withdrew from your booking",
    opening: "We have recorded that you will not take part.",
    noMore: "We will not email you about this booking again.",
  },
  /** To the payer, who has corrected the participant. */
  corrected: {
    subject: "Please sign your agreement again",
    sign: "Please sign it on your booking page before {time}. Otherwise, we will have to cancel your booking and refund everything you have paid.",
    /** While the deposit is unpaid. */
    signAndPay:
      "Please sign it and pay the deposit on your booking page before {time}. Otherwise, we will no longer hold the place for you.",
    invite: "If you changed their email address, we will send an invitation to the new address after you sign.",
  },
  acceptedToPayer: {
    subject: "The person you booked for has accepted",
    opening: "The person you booked for has accepted the place.",
  },
} as const;
