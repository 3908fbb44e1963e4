/** Mails about what staff have waived, deferred or paused. */
export default {
  waived: {
    subject: "A payment is no longer due",
    opening: "You no longer owe the payment of {amount} that was due on {date} for your booking.",
    nothingToDo: "You do not need to do anything.",
  },
  deferred: {
    subject: "Your payment is now due on {date}",
    opening: "Your payment of {amount} that was due on {from} is now due on {date}.",
    byLink: "We will email you a link before that date.",
    automatic: "We will charge it automatically on {date}. You do not need to do anything.",
  },
  paused: {
    subject: "We have paused your payments",
    opening: "For now, we do not collect payments for your booking.",
    meanwhile:
      "What is due stays due, and we add no charges for this time. You can still pay with the link in an earlier email. We will email you before we collect a payment again.",
  },
  resumed: {
    subject: "Your payments have resumed",
    opening: "We have ended the pause in the payments for your booking.",
    automatic: "We charge your payments automatically again, as agreed.",
    byLink: "We will send you a link for each payment that is still due.",
  },
} as const;
