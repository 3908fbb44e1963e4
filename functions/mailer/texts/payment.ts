/** Mails about a payment that was made or tried. */
export default {
  processing: {
    subject: "Your payment is on its way",
    opening: "Your bank is processing your {payment} for your booking.",
    held: "This can take several business days. We are keeping your place until {time} and will email you when the payment arrives. If it has not arrived by then, your hold expires.",
    booked: "This can take several business days. We will email you when the payment arrives.",
  },
  settled: {
    depositSubject: "We received your deposit",
    paymentSubject: "We received your payment",
    opening: "Thank you. We received your {payment} for your booking.",
    awaitsConfirmation: "We are keeping your place and will email you as soon as your booking is confirmed.",
    paidInFull: "Your booking is paid in full.",
    nextPayment: "Your next payment of {amount} is due on {date}.",
    ended:
      "Your booking has ended in the meantime. If we have not done so already, we will email you about what happens to your payment.",
  },
  actionRequired: {
    subject: "Please verify your bank account",
    opening: "We cannot process your {payment} for your booking until you verify your bank account.",
    verify:
      "Stripe, our payment provider, will send a small test payment to your account within two business days, and an email with a link. Follow that link and enter the amount or code that your bank shows for the test payment.",
    before: "Please do this before {time}. After that, we will cancel the payment.",
  },
  failed: {
    depositSubject: "Your deposit did not go through",
    paymentSubject: "Your payment did not go through",
    opening: "Your {payment} for your booking did not go through.",
    reasons: {
      card_declined: "Your bank declined it.",
      insufficient_funds: "There was not enough money in the account.",
      card_expired: "Your card has expired.",
      authentication_required: "Your bank asks you to confirm the payment yourself.",
      method_unusable: "We can no longer use your saved payment method.",
      bank_returned: "Your bank returned it.",
      bank_account_not_verified:
        "Your bank account was not verified, so we canceled the payment. If the money is still taken, we will refund it.",
    },
    retry: "We will try again on {date}, unless you pay before then.",
    charged: "We will charge your payment of {amount} to your {method} on {date}.",
    hold: "We are still holding your place. Until {time}, you can pay another way in your booking.",
    due: "In your booking, you can pay another way.",
    noPlace: "We no longer hold a place for you. You are welcome to book again.",
  },
} as const;
