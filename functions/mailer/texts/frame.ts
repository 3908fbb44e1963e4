/** What stands around the words of every mail, and what more than one mail says. */
export default {
  greeting: "Hello,",
  viewBooking: "View your booking",
  booking: "Booking: {booking}",
  reference: "Reference: {id}",
  questionsByMail: "Questions? Reply to this email or write to {email}.",
  questionsByPhone: "Questions? Reply to this email, write to {email}, or call {phone}.",
  /** What was booked: its public label and its dates. */
  label: "{program}, {startsOn} to {endsOn}",
  deposit: "deposit",
  payment: "payment",
  refund: "refund",
  withAmount: "{what} of {amount}",
  card: "card",
  bankAccount: "bank account",
  ending: "{kind} ending in {last4}",
  payNow: "Pay now",
  payEarly: "Pay early or change your payment method",
} as const;
