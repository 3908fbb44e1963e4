/** Mails about what is still needed before a booking can be confirmed. They never say what it is. */
export default {
  lapsed: {
    subject: "Please bring your information up to date",
    opening: "Some of what we have from you must be brought up to date before we can confirm your booking.",
    contact: "Please contact us before {time}.",
  },
  reminder: {
    subject: "We still need something from you",
    opening: "Something is still missing before we can confirm your booking.",
    complete: "Please complete it, or contact us, before {time}.",
  },
} as const;
