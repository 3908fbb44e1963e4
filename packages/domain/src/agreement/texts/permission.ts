/** The authorization of automatic payments. Raise `version` with every change of its words. */
export default {
  version: 10,
  heading: {
    title: "Authorization for automatic payments",
    parties: "Booking {bookingId}, agreement version {version}, with {merchant}.",
    program: "{program}, {startsOn} to {endsOn}, at {venue}. Dates and times are in {timeZone}.",
  },
  title: "Automatic payments (optional)",
  /** What differs between a list of one payment and of several. */
  one: {
    opening:
      "By choosing automatic payments, you authorize {merchant} to charge the payment listed below automatically, one time, to {method}:",
    interest: "The amount includes the interest on your plan.",
    amounts:
      "We never charge more than the listed amount. If you pay part of this payment before its date, or we reduce it, we charge only the rest.",
    time: "We charge this payment on its due date at 10:00 AM {timeZone}, or as soon as possible after that. If it is declined, we may try again on a later day for the amount that is still unpaid. We may email you a reminder before it.",
    /** 12 CFR 1005.10(e)(1) */
    optional:
      "This authorization is optional and not a condition of your booking or of paying over time. Without it, you make this payment yourself.",
    refundsByAgreement: "Refunds of this payment follow the cancellation terms of the booking agreement.",
  },
  several: {
    opening:
      "By choosing automatic payments, you authorize {merchant} to charge the payments listed below automatically, once each, to {method}:",
    interest: "The amounts include the interest on your plan.",
    amounts:
      "We never charge more than the listed amount. If you pay part of a payment before its date, or we reduce it, we charge only the rest.",
    time: "We charge each payment on its due date at 10:00 AM {timeZone}, or as soon as possible after that. If a payment is declined, we may try again on a later day for the amount that is still unpaid. We may email you a reminder before a payment.",
    /** 12 CFR 1005.10(e)(1) */
    optional:
      "This authorization is optional and not a condition of your booking or of paying over time. Without it, you make each payment yourself.",
    refundsByAgreement: "Refunds of these payments follow the cancellation terms of the booking agreement.",
  },
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
  debitFree:
    "We do not debit bank accounts in the ten business days before the program starts. If your automatic payments come from a bank account and one is due in those days, please pay it by card by its due date. If you do not, it is past due, and we debit your bank account on or after the day the program starts, unless we have canceled your booking. This does not affect automatic payments from a card.",
  /** 12 CFR 1005.10(d) */
  notice:
    "By law, you have the right to receive notice in advance of each debit from your bank account that differs in amount from the one before it. With this authorization, you choose to receive that notice only if the amount or the date of a debit differs from this list. We then send it at least ten days before the debit.",
  /** 12 CFR 1005.10(c) */
  revocation:
    "You may withdraw this authorization at any time, on your booking page or by replying to any of our emails. With a reply, you may also stop a single payment. If you tell us at least three business days before the date of a payment, we do not charge it. If you tell us later, we stop the payment unless we have already sent it to your bank.",
  refunds: {
    title: "Refunds",
    byYou: "If you cancel your booking, we refund a percentage of what you have paid: {refunds}.",
    byYouLessFee:
      "If you cancel your booking, we calculate a percentage of what you have paid, subtract an administration fee of {fee}, and refund the rest, if any. The percentage is {refunds}.",
    none: "If you cancel your booking, we do not refund what you have paid.",
    tier: "{percent}% if you cancel {dates}",
    until: "on or before {date}",
    between: "from {from} to {date}",
    on: "on {date}",
    afterwards: "0% if you cancel on or after {date}",
    sameTerms:
      "The same terms apply if the participant withdraws after accepting the place or does not arrive, or if we cancel because a payment is still past due after our final notice.",
    byUs: "If we cancel for any other reason, or if you booked for someone else and the booking is canceled before that person accepts the place, we refund everything you have paid.",
  },
} as const;
