/** Mails about what a confirmation still needs. They never say what it is. */
export default {
  lapsed: {
    subject: "We need to update your information",
    opening: "Before we can confirm your booking, we need to update some of your information.",
    contact: "Please contact us before {time}. Otherwise, we will have to cancel your booking.",
  },
  reminder: {
    subject: "Your booking is not confirmed yet",
    opening: "We cannot confirm your booking yet, because some required steps are not complete.",
    complete:
      "Please complete the remaining steps, or contact us, before {time}. Otherwise, we will have to cancel your booking.",
  },
} as const;
