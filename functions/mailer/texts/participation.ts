/** Mails about an invitation to take part in a booking that somebody else made. */
export default {
  invited: {
    subject: "Please accept or decline your place",
    opening: "A place is reserved for you.",
    signIn: "Please sign in with this email address before {time} to read the terms and to accept or decline.",
    mayEndEarlier: "Until the booking is complete, the reservation can end earlier.",
    ignore:
      "If you do not know what this is about, you can ignore this email. Without your answer, the reservation ends.",
  },
  accepted: {
    subject: "You accepted your place",
    opening: "Thank you for accepting your place.",
    kept: "You can read the terms in your booking at any time, exactly as you accepted them.",
  },
  declined: {
    subject: "You declined your place",
    opening: "As you asked, you will not take part.",
    noMore: "We will not email you about it again.",
  },
  acceptedToPayer: {
    subject: "Your invitation was accepted",
    opening: "The person you booked for has accepted and will take part.",
  },
} as const;
