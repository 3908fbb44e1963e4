/** Mails about what staff have waived, deferred or paused. */
export default {
  waived: {
    subject: "A payment is no longer due",
    opening: "You no longer owe us {amount} for the payment due on {date}.",
    /** For the plan that is paid in full: its balance gets a date only at the confirmation. */
    undated: "You no longer owe us the remaining balance of {amount}.",
    others: "Your other payments do not change.",
  },
  deferred: {
    subject: "Your payment is now due on {date}",
    opening: "Your payment of {amount} that was due on {from} is now due on {date}.",
    byLink: "We will email you a link to pay it.",
    noReminder: "We will not send you a reminder before that date.",
  },
  paused: {
    subject: "We have paused your payments",
    opening: "For now, we will not charge payments for your booking or send you reminders about them.",
    /** After a final notice that announced a cancellation. */
    notCanceled:
      "During the pause, we will not cancel your booking for non-payment, even on the date in our final notice.",
    meanwhile: "You still owe these payments, but the days of the pause do not count toward a late charge.",
    /** Only if something can be paid now. */
    payNow: "If you want to pay now, you can pay on your booking page.",
    end: "We will email you when the pause ends.",
    /** While the bank is processing everything that is left. */
    processing:
      "Your bank is already processing the payment of everything that you still owe, and the pause does not stop it. We will email you about the outcome.",
  },
  resumed: {
    subject: "Your payments have resumed",
    opening: "The payments for your booking are no longer paused.",
    automatic: "We will charge your payments automatically again, as you authorized.",
    byLink:
      "Please make each remaining payment by its due date, on your booking page or with a link that we send you. If a payment is already past due, please pay it on your booking page now.",
    processing:
      "Your bank is processing the payment of everything that you still owe. You do not need to do anything now. We will email you about the outcome.",
  },
} as const;
