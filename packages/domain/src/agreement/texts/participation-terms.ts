/**
 * The terms that a participant accepts if somebody else books and pays. Raise `version` with every change of its words.
 */
export default {
  version: 2,
  heading: {
    title: "Participation terms",
    parties:
      "These terms are between you and {merchant}. They cover booking {bookingId}, version {version}, for {participant}.",
    program: "{program}, {startsOn} to {endsOn}, at {venue}. Dates and times are in {timeZone}.",
  },
  price: {
    title: "Price and payments",
    paidBySomebodyElse:
      "Someone else booked this place for you and pays for it. You owe nothing, and we do not show you prices or payments.",
  },
  admission: {
    title: "Admission",
    confirmation:
      "We confirm your place once the required evaluations have been completed favorably. They must be complete by {deadline}. If they are not, we give the person who paid a full refund.",
    confidential: "We do not share what you tell us for the evaluations with that person.",
  },
  endings: {
    title: "Declining and canceling",
    declined: "If you decline, we give the person who paid a full refund.",
    refund:
      "If you accept and later withdraw, or if the person who paid cancels, we refund that person the following percentage of what was paid:",
    refundLessFee:
      "If you accept and later withdraw, or if the person who paid cancels, we refund that person the following percentage of what was paid, less an administration fee:",
    when: "When the booking is canceled",
    refunded: "Refund",
    until: "On or before {date}",
    afterwards: "On or after {date}",
    byUs: "If we cancel, we give the person who paid a full refund.",
  },
} as const;
