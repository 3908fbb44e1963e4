/**
 * Why a payment cannot begin, be charged automatically or have a method saved for it in the booking's state
 * (`invalid_transition`), with the text that tells the client.
 */
export const paymentBars = {
  deposit_paid:
    "The deposit cannot be paid: it has already been paid, or the booking has ended. The dues that are still owed can be paid one by one or all at once.",
  deposit_in_progress: "A payment of the deposit is in progress. Wait for its outcome.",
  deposit_first: "Pay the deposit first. Until then nothing else can be paid.",
  ended: "This booking has ended. There is nothing to pay.",
  paid: "This due has already been paid in full, or it is no longer owed.",
  in_progress: "A payment of this due is in progress. Wait for its outcome.",
  payoff_open:
    "You have opened a page to pay everything that is left at once. Pay there, or wait until that page has closed.",
  payoff_in_progress: "A payment of everything that is left is in progress. Wait for its outcome.",
  covered:
    "Interest that you paid in advance covers everything that is left. It is applied once the payment in progress has ended.",
  nothing_open: "Nothing is left to pay, or a payment of everything that is left is in progress.",
  nothing_to_charge: "No payment is left that can be charged automatically.",
  no_method: "No saved payment method can be charged. Save one first, which is possible once the deposit is paid.",
} as const satisfies Record<string, string>;

export type PaymentBar = keyof typeof paymentBars;
