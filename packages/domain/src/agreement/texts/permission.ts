/** The authorization of automatic payments. Raise `version` with every change of its words. */
export default {
  version: 8,
  heading: {
    title: "Authorization for automatic payments",
    parties: "Booking {bookingId}, agreement version {version}, with {merchant}.",
  },
  title: "Automatic payments (optional)",
  onePayment:
    "If you choose automatic payments, you authorize {merchant} to charge the payment listed below automatically, one time, to {method}:",
  severalPayments:
    "If you choose automatic payments, you authorize {merchant} to charge the payments listed below automatically, once each, to {method}:",
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
  /** The date of a payment that is under way: it stays in the list, since it may fail. */
  underWay: "{due} (already being processed; we charge it again only if it fails)",
  interest: "The amounts include the interest on your plan.",
  amounts:
    "We never charge more than the listed amount. If you pay part of a payment before its date, or we reduce it, we charge only the rest.",
  time: "We charge each payment on its due date at 10:00 AM {timeZone}, or as soon as possible after that. If a payment is declined, we may try again on a later day for the amount that is still unpaid. We may email you a reminder before a payment.",
  /** 12 CFR 1005.10(d) */
  notice:
    "By law, you have the right to receive notice in advance of each debit from your bank account that differs in amount from the one before it. With this authorization, you choose to receive that notice only if the amount or the date of a debit differs from this list. We then send it at least ten days before the debit.",
  /** 12 CFR 1005.10(e)(1) */
  optional:
    "This authorization is optional and not a condition of your booking or of paying over time. Without it, you make each payment yourself.",
  /** 12 CFR 1005.10(c) */
  revocation:
    "You may withdraw this authorization at any time, in your booking online or by replying to any of our emails. With a reply, you may also stop a single payment. If you tell us at least three business days before the date of a payment, we do not charge it. If you tell us later, we stop the payment unless we have already sent it to your bank.",
  refundsByAgreement: "Refunds of these payments follow the cancellation terms of the booking agreement.",
  refunds: {
    title: "Refunds",
    byYou: "If you cancel your booking, we refund this percentage of what you have paid: {refunds}.",
    byYouLessFee:
      "If you cancel your booking, we refund this percentage of what you have paid, less an administration fee of {fee}: {refunds}.",
    until: "{percent}% if you cancel on or before {date}",
    afterwards: "0% if you cancel on or after {date}",
    always: "0% at any time",
    sameTerms:
      "The same terms apply if the participant withdraws or does not arrive, or if we cancel because a payment is still past due after our final notice.",
    byUs: "If we cancel for any other reason, or if someone you booked for declines the place, we refund everything you have paid.",
  },
} as const;
