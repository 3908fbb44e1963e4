/** Mails about automatic payments and the saved payment method. */
export default {
  copy: "This is your copy of the authorization:",
  /** A payment that no saved method pays. */
  toConfirm: {
    ahead:
      "This does not include the payment due on {date}: your bank asks you to confirm it, so please pay it yourself.",
    pastDue:
      "This does not include the payment that was due on {date}: your bank asks you to confirm it, so please pay it yourself.",
    /** A payment that waits for another confirmation. */
    undated:
      "This does not include the payment that is due after we confirm your booking: your bank asks you to confirm it, so please pay it yourself.",
  },
  /** Automatic payments are on, but there is no method to charge. */
  noMethod:
    "We do not have a card or bank account that we can charge. Please save one on your booking page. Until then, please make each payment yourself.",
  on: {
    subject: "Automatic payments are on",
    opening: "You have authorized us to charge the remaining scheduled payments for your booking automatically.",
  },
  methodSaved: {
    subject: "Your payment method is saved",
    opening: "We saved your {method} for your booking.",
    automatic:
      "We will charge the remaining scheduled payments to it automatically. You can withdraw your authorization at any time.",
    byLink:
      "Automatic payments are off. You can make each payment on your booking page, or with the link that we send you for it.",
    noReminder: "Automatic payments are off.",
  },
  off: {
    subject: "Automatic payments are off",
    reasons: {
      client: "As you asked, we no longer charge payments for your booking automatically.",
      detached:
        "We no longer have a saved payment method for you, so we no longer charge payments for your booking automatically.",
      customer_deleted:
        "We no longer have a saved payment method for you, so we no longer charge payments for your booking automatically.",
      mandate_withdrawn:
        "We no longer have permission to debit your bank account, so we no longer charge payments for your booking automatically.",
      refused:
        "We can no longer use your saved payment method, so we no longer charge payments for your booking automatically.",
    },
    processing: "This does not stop a payment that your bank is already processing.",
    byLink:
      "Please make each remaining payment by its due date, on your booking page or with a link that we send you. If a payment is already past due, please pay it on your booking page now.",
  },
} as const;
