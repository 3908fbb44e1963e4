/** The booking agreement. Raise `version` with every change of its words. */
export default {
  version: 9,
  heading: {
    title: "Booking agreement",
    parties:
      "This is version {version} of the agreement between you and {merchant} for booking {bookingId}. The participant is {participant}.",
    program: "{program}, {startsOn} to {endsOn}, at {venue}. Dates and times are in {timeZone}.",
  },
  /** 15 USC 7001(c) */
  electronicRecords: {
    title: "Electronic records",
    consent:
      "By signing this agreement, you agree to receive this agreement, its disclosures, and later notices about your payments from {merchant} electronically, by email and on your booking page.",
    choices:
      "You may have any of these records on paper, withdraw this consent, or change your email address, at any time and free of charge. To do so, reply to any of our emails.",
    withdrawal:
      "If you withdraw your consent, we will send you later records on paper. Records that you received electronically before then remain valid.",
    equipment:
      "To read and keep these records, you need an email account, a current web browser, and a printer or a device that can save web pages.",
  },
  price: { title: "Price", item: "Item", quantity: "Quantity", amount: "Amount", total: "Total" },
  payments: {
    title: "Payments",
    payment: "Payment",
    due: "Due",
    amount: "Amount",
    deposit: "Deposit",
    balance: "Balance",
    installment: "Installment {number} of {count}",
    dueAtBooking: "At booking",
    dueAfterConfirmation: "1 day after we confirm your booking",
    /** Where no disclosure states the late charge. */
    lateCharge: "If a payment other than the deposit is {late}, we add one late charge of {amount}.",
    lateChargeAtMost:
      "If a payment other than the deposit is {late}, we add one late charge of {amount}, but no more than {percent}% of the unpaid part of that payment.",
    late: "late",
    lateAfterGrace: "more than {grace} late",
    lateChargeDue: "The late charge is due ten days after we add it. We do not charge it automatically.",
  },
  admission: {
    title: "Admission",
    confirmation:
      "We confirm the booking when the required evaluations are complete and show that the participant can take part. This must happen by {deadline}. If it does not, we cancel the booking and refund everything you have paid. If an evaluation expires or changes after we confirm, we may withdraw the confirmation. If we cannot confirm the booking again in time, we cancel it and refund everything you have paid.",
  },
  cancellation: {
    title: "Cancellation",
    how: "You may cancel on your booking page until we record the participant's arrival. We may cancel if a payment is still past due after our final notice, which we send by email. Once the booking is canceled, you owe no further payments. Once we have recorded the arrival, you may no longer cancel, and you still owe your remaining payments.",
    refund: "If you cancel, we refund a percentage of what you have paid. The percentage depends on when you cancel:",
    refundLessFee:
      "If you cancel, we calculate a percentage of what you have paid, subtract an administration fee of {fee}, and refund the rest, if any. The percentage depends on when you cancel:",
    noRefund: "If you cancel, we do not refund what you have paid.",
    when: "When you cancel",
    percentage: "Percentage",
    until: "On or before {date}",
    between: "{from} to {date}",
    on: "{date}",
    afterwards: "On or after {date}",
    sameTerms:
      "The same terms apply if the participant withdraws after accepting the place or does not arrive, or if we cancel because a payment is still past due after our final notice.",
    byUs: "If we cancel for any other reason, or if you booked for someone else and the booking is canceled before that person accepts the place, we refund everything you have paid.",
  },
} as const;
