/** The booking agreement. Raise `version` with every change of its words. */
export default {
  version: 2,
  heading: {
    title: "Booking agreement",
    parties:
      "This agreement is between you and {merchant}. It covers booking {bookingId}, version {version}, for {participant}.",
    program: "{program}, {startsOn} to {endsOn}, at {venue}. Dates and times are in {timeZone}.",
  },
  /** 15 USC 7001(c) */
  electronicRecords: {
    title: "Electronic records",
    consent:
      "By accepting this agreement, you agree to receive this agreement, its disclosures, and later notices about your payments from {merchant} electronically, in your booking and by email.",
    choices:
      "You may have any of these records on paper, free of charge. You may withdraw this consent or change your email address at any time. To do so, reply to any of our emails.",
    withdrawal:
      "If you withdraw your consent, we send you later records on paper. Records that you received electronically before then remain valid.",
    equipment:
      "To read and keep these records, you need an email account, a current web browser, and a printer or space to save a page.",
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
    dueAfterConfirmation: "1 day after your booking is confirmed",
  },
  admission: {
    title: "Admission",
    confirmation:
      "We confirm the place once the required evaluations have been completed favorably. They must be complete by {deadline}. If they are not, we refund everything you have paid.",
  },
  cancellation: {
    title: "Cancellation",
    refund: "If you cancel, we refund the following percentage of what you have paid:",
    refundLessFee:
      "If you cancel, we refund the following percentage of what you have paid, less an administration fee of {fee}:",
    when: "When you cancel",
    refunded: "Refund",
    until: "On or before {date}",
    afterwards: "On or after {date}",
    byUs: "If we cancel, we refund everything you have paid.",
  },
} as const;
