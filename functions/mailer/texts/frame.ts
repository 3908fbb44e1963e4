/** The parts around the text of every mail, and phrases that several mails use. */
export default {
  greeting: "Hello,",
  viewBooking: "View your booking",
  booking: "Booking: {booking}",
  reference: "Reference: {id}",
  questionsByMail: "Questions? Reply to this email or write to {email}.",
  questionsByPhone: "Questions? Reply to this email, write to {email}, or call {phone}.",
  /** The booking's public label and dates. */
  label: "{program}, {startsOn} to {endsOn}",
  deposit: "deposit",
  payment: "payment",
  refund: "refund",
  withAmount: "{what} of {amount}",
  card: "card",
  bankAccount: "bank account",
  ending: "{kind} ending in {last4}",
  payInBooking:
    "Please make each remaining payment on your booking page by its due date. We will not send you a reminder before that date. If a payment is past due, we will send you a link.",
  nothingLeft: "You have nothing left to pay for this booking.",
  /** The payer has corrected the participant. `toSign` follows in a mail about a payment. */
  corrected: "You corrected the details of the person you booked for, so the agreement for your booking has changed.",
  toSign: "Please sign it on your booking page. Until you do, you cannot make a payment or change your payment method.",
  payNow: "Pay now",
  payEarly: "Pay early or change your payment method",
} as const;
