/** Mails about what a confirmation still needs. They never say what it is. */
export default {
  lapsed: {
    subject: "We need to update your information",
    opening: "Before we can confirm your booking, some of the information that we have from you has to be updated.",
    contact: "Please contact us before {time}.",
  },
  reminder: {
    subject: "Your booking is not confirmed yet",
    opening: "We cannot confirm your booking yet, because something is still missing.",
    complete:
      "Please complete what is still open, or contact us, before {time}. If it is still missing then, we will have to cancel your booking.",
  },
} as const;
