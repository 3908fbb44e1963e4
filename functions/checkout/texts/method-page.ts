/** The page on which a client saves another card or bank account. */
export default {
  title: "Save a card or bank account",
  free: "Save a card or bank account for your {program} payments. You pay nothing on this page.",
  off: {
    text: "Automatic payments stay off. You can make each payment on your booking page, or with the link that we send you for it.",
    noReminder:
      "Automatic payments stay off. Please make each payment on your booking page by its due date. If a payment is past due, we send you a link.",
    charged: "We charge the card or bank account that you save only if you turn on automatic payments.",
    button: "Continue",
  },
  on: {
    text: "We will charge your remaining scheduled payments to the card or bank account that you save.",
    /** A payment that no saved method pays. */
    toConfirm:
      "This does not include the payment due on {date}: your bank asks you to confirm it, so please pay it yourself.",
    toConfirmPastDue:
      "This does not include the payment that was due on {date}: your bank asks you to confirm it, so please pay it yourself.",
    /** A payment that waits for another confirmation. */
    toConfirmUndated:
      "This does not include the payment that is due after we confirm your booking: your bank asks you to confirm it, so please pay it yourself.",
    gives: "By selecting the button below, you give us this authorization:",
    button: "Agree and continue",
  },
  linkOnly: {
    title: "You do not need to save a card or bank account",
    text: "We do not automatically charge what is left to pay. Please go back to the payment to pay it.",
  },
  paused: "Your payments are paused for now. We will email you when the pause ends.",
  back: "Back to the payment",
  authorization: "Authorization for automatic payments",
} as const;
