/** Mails about a payment that was made or tried. */
export default {
  processing: {
    subject: "Your payment is on its way",
    opening: "Your bank is processing your {payment} for your booking.",
    held: "This can take several business days. We are keeping your place and will email you when the payment arrives.",
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
      "Your booking has since ended. We will email you about what happens to your payment, if we have not already.",
  },
  actionRequired: {
    subject: "Please verify your bank account",
    opening: "We cannot start your {payment} for your booking until you verify your bank account.",
    verify:
      "Stripe will send a small test deposit to your account within two business days. Then follow the link in Stripe's email and enter what arrived.",
    before: "Please do so before {time}. After that, we cancel the payment.",
  },
  failed: {
    depositSubject: "Your deposit did not go through",
    paymentSubject: "Your payment did not go through",
    opening: "Your {payment} for your booking did not go through.",
    reasons: {
      card_declined: "Your bank declined it.",
      insufficient_funds: "The account did not have enough money.",
      card_expired: "Your card has expired.",
      authentication_required: "Your bank asks you to confirm it yourself.",
      method_unusable: "We can no longer use your saved payment method.",
      bank_returned: "Your bank returned it.",
      bank_account_not_verified:
        "Your bank account was not verified, so we canceled the payment. If the money is still taken, we will refund it.",
    },
    pay: "Please pay it on this page:",
    retry: "We will try again on {date}. You can also pay now on this page:",
    hold: "You can pay another way until {time}.",
    due: "You can pay another way in your booking.",
    noPlace: "We no longer hold a place for you. You are welcome to book again.",
  },
} as const;
