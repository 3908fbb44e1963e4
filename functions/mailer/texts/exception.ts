/** Mails about what staff have waived, deferred or paused. */
export default {
  waived: {
    subject: "A payment is no longer due",
    opening: "You no longer owe us {amount} for the payment due on {date}.",
    others: "Your other payments do not change.",
  },
  deferred: {
    subject: "Your payment is now due on {date}",
    opening: "Your payment of {amount} that was due on {from} is now due on {date}.",
    byLink: "We will email you a link to pay it.",
    noReminder: "We will not send you a reminder before that date.",
    automatic: "We will charge it automatically on {date}. You do not need to do anything.",
  },
  paused: {
    subject: "We have paused your payments",
    opening: "For now, we will not charge payments for your booking or send you reminders about them.",
    meanwhile:
      "You still owe these payments, but we will not add a late charge for the time of the pause. If you want to pay now, you can pay in your booking. We will email you when the pause ends.",
  },
  resumed: {
    subject: "Your payments have resumed",
    opening: "The pause in the payments for your booking has ended.",
    automatic: "We will charge your payments automatically again, as you authorized.",
    byLink:
      "Please make each remaining payment by its due date, in your booking or with a link that we send you. If a payment is already past due, please pay it in your booking now.",
  },
} as const;
