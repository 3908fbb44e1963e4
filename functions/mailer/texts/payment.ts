/** Mails about a payment that was made or tried. */
export default {
  processing: {
    subject: "Your payment is on its way",
    opening: "Your bank is processing your {payment} for your booking.",
    held: "This can take several business days. We are keeping your place until {time} and will email you when the payment arrives. If it has not arrived by then, your hold expires. If it arrives later, we will either give you a place or refund it in full.",
    booked: "This can take several business days. We will email you when the payment arrives.",
  },
  settled: {
    depositSubject: "We received your deposit",
    paymentSubject: "We received your payment",
    opening: "Thank you. We received your {payment} for your booking.",
    awaitsConfirmation:
      "We are keeping your place. Please complete any remaining steps before {time}, so that we can confirm your booking. Otherwise, we will have to cancel it and refund everything you have paid. We will email you as soon as it is confirmed.",
    /** To a payer who does not take part: says nothing about the participant's steps. */
    awaitsConfirmationForOther:
      "We are keeping the place. We can confirm your booking once all required steps are complete. If they are not complete before {time}, we will have to cancel it and refund everything you have paid. We will email you as soon as it is confirmed.",
    /** After `awaitsConfirmationForOther`. */
    toSign:
      "One of the required steps is yours: you corrected the details of the person you booked for, so please sign the changed agreement on your booking page.",
    paidInFull: "Your booking is paid in full.",
    nextPayment: "Your next payment of {amount} is due on {date}.",
    ended: "Your booking has ended. If we refund any of this payment, we will tell you in a separate email.",
  },
  actionRequired: {
    subject: "Please verify your bank account",
    opening: "We cannot process your {payment} for your booking until you verify your bank account.",
    verify:
      "Stripe, our payment provider, will send a small test payment to your bank account within two business days and email you a link. Follow that link and enter the amount or code that your bank shows for the test payment.",
    before: "Please do this before {time}. After that, we will cancel the payment.",
    depositBefore: "Please do this before {time}. After that, we will cancel the payment, and you may lose your place.",
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
        "Your bank account was not verified, so we canceled the payment. If your bank debits it anyway, we will refund it.",
    },
    charged: "We will still charge your scheduled payments automatically.",
    hold: "We are still holding your place. Please pay with a different payment method on your booking page before {time}.",
    shortHold:
      "We will hold your place until {time}, but that is not enough time for another payment. After that, you are welcome to book again if a place is available.",
    due: "You can pay with a different payment method on your booking page.",
    noPlace: "We no longer hold a place for you. You are welcome to book again.",
  },
} as const;
