/**
 * The terms that a participant accepts if somebody else books and pays. Raise `version` with every change of its words.
 */
export default {
  version: 5,
  heading: {
    title: "Participation terms",
    parties:
      "This is version {version} of the terms between you ({participant}) and {merchant} for booking {bookingId}.",
    program: "{program}, {startsOn} to {endsOn}, at {venue}. Dates and times are in {timeZone}.",
  },
  price: {
    title: "Price and payments",
    paidBySomebodyElse:
      "Someone else booked this place for you and pays for it. You owe nothing. We do not show you prices or payments.",
  },
  admission: {
    title: "Admission",
    confirmation:
      "We confirm the booking when the required evaluations are complete and show that you can take part. This must happen by {deadline}. If it does not, we cancel the booking and refund the full amount to the person who paid. If an evaluation expires or changes after we confirm, we may withdraw the confirmation. If we cannot confirm the booking again in time, we cancel it and refund the full amount to the person who paid.",
    confidential: "We do not share with that person anything that you tell us for the evaluations.",
  },
  endings: {
    title: "Declining and canceling",
    how: "You may decline or withdraw on your booking page at any time before the day the program starts.",
    declined:
      "If you decline, or if the booking is canceled before you accept, we refund the full amount to the person who paid.",
    refund:
      "If you accept and later withdraw, or if the person who paid cancels after you have accepted, we refund to that person a percentage of what that person has paid. The percentage depends on when the booking is canceled:",
    refundLessFee:
      "If you accept and later withdraw, or if the person who paid cancels after you have accepted, we calculate a percentage of what that person has paid, subtract an administration fee, and refund the rest, if any, to that person. The percentage depends on when the booking is canceled:",
    noRefund:
      "If you accept and later withdraw, or if the person who paid cancels after you have accepted, we do not refund what that person has paid.",
    when: "When the booking is canceled",
    percentage: "Percentage",
    until: "On or before {date}",
    between: "{from} to {date}",
    on: "{date}",
    afterwards: "On or after {date}",
    sameTerms:
      "The same terms apply if you do not arrive, or if we cancel because a payment is still past due after our final notice.",
    byUs: "If we cancel for any other reason, we refund the full amount to the person who paid.",
  },
} as const;
