/** Mails about an invitation to take part in a booking that somebody else made. */
export default {
  invited: {
    subject: "Please accept or decline your place",
    opening: "Someone has reserved a place for you.",
    signIn: "Please sign in with this email address before {time} to read the terms and to accept or decline.",
    mayEndEarlier: "The reservation ends earlier if the booking is not completed.",
    ignore: "If you did not expect this email, you can ignore it. If you do not answer, the reservation ends.",
  },
  accepted: {
    subject: "You accepted your place",
    opening: "Thank you for accepting your place.",
    kept: "You can read the terms in your booking at any time, exactly as you accepted them.",
  },
  declined: {
    subject: "You declined your place",
    opening: "As you asked, you will not take part.",
    noMore: "We will not email you about this booking again.",
  },
  acceptedToPayer: {
    subject: "The person you booked for has accepted",
    opening: "The person you booked for has accepted the place.",
  },
} as const;
