/** The authorization of automatic payments. Raise `version` with every change of its words. */
export default {
  version: 3,
  heading: {
    title: "Authorization for automatic payments",
    parties: "Booking {bookingId}, agreement version {version}, with {merchant}.",
  },
  title: "Automatic payments (optional)",
  onePayment: "You may authorize {merchant} to charge the payment listed below automatically, one time, to {method}:",
  severalPayments:
    "You may authorize {merchant} to charge the payments listed below automatically, once each, to {method}:",
  methods: {
    ofDeposit: "the card or bank account that you pay the deposit with",
    savedNext: "the card or bank account that you save next",
    saved: "your saved {kind}",
    ending: "your {kind} ending in {last4}",
    card: "card",
    bankAccount: "bank account",
  },
  /** A payment in a mail, which has no table. */
  payment: "{name}: {amount}, due {due}",
  interest: "The amounts include the interest of your plan.",
  amounts:
    "We never charge more than the listed amount. If a payment is partly paid or reduced before its date, we charge only the rest.",
  time: "We charge each payment on its date at 10:00 AM {timeZone}, or as soon as possible after that. If a payment is declined, we may try again on a later day for the amount that is still unpaid. We email you before each payment.",
  /** 12 CFR 1005.10(d) */
  notice:
    "By law, you may receive notice of each debit from your bank account that differs from the one before it. With this authorization, you choose to receive notice only if the amount or the date of a debit differs from this list. We send that notice ten days in advance.",
  /** 12 CFR 1005.10(e)(1) */
  optional:
    "This authorization is optional and not a condition of your booking or of paying over time. Without it, we send you a link for each payment.",
  /** 12 CFR 1005.10(c) */
  revocation:
    "You may withdraw this authorization at any time, for all payments or for one, in your booking or by replying to any of our emails. If you tell us at least three business days before the date of a payment, we do not charge it. If you tell us later, we stop the payment unless it has already been sent to your bank.",
  refundsByAgreement: "Refunds of these payments follow the cancellation terms of the booking agreement.",
  refunds: {
    title: "Refunds",
    byYou: "If you cancel your booking, we refund the following percentage of what you have paid: {refunds}.",
    byYouLessFee:
      "If you cancel your booking, we refund the following percentage of what you have paid, less an administration fee of {fee}: {refunds}.",
    until: "{percent}% if you cancel on or before {date}",
    afterwards: "0% if you cancel on or after {date}",
    byUs: "If we cancel, we refund everything you have paid.",
  },
} as const;
