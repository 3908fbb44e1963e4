/** Why a bank declines: the error's `code`, `decline_code` and advice code. */
export type Decline = { code: string; declineCode?: string; message: string; adviceCode?: string };

const declined = (declineCode: string, adviceCode = "try_again_later"): Decline => ({
  code: "card_declined",
  declineCode,
  adviceCode,
  message: declineCode === "insufficient_funds" ? "Your card has insufficient funds." : "Your card was declined.",
});
const never = (declineCode: string): Decline => declined(declineCode, "do_not_try_again");
/** A decline whose error code equals its decline code. */
const named = (code: string, adviceCode: string, message: string): Decline => ({
  code,
  declineCode: code,
  adviceCode,
  message,
});

/**
 * The declines that have test cards, and some that banks use often. Sources: docs.stripe.com/testing, /declines/codes.
 */
export const declineTable = {
  generic: declined("generic_decline"),
  insufficientFunds: declined("insufficient_funds"),
  lostCard: never("lost_card"),
  stolenCard: never("stolen_card"),
  velocityLimit: declined("card_velocity_exceeded"),
  doNotHonor: declined("do_not_honor"),
  fraudulent: never("fraudulent"),
  pickupCard: never("pickup_card"),
  restrictedCard: never("restricted_card"),
  doNotTryAgain: never("do_not_try_again"),
  stopPaymentOrder: never("stop_payment_order"),
  revocation: never("revocation_of_all_authorizations"),
  transactionNotAllowed: never("transaction_not_allowed"),
  invalidAccount: never("invalid_account"),
  tryAgainLater: declined("try_again_later"),
  issuerNotAvailable: declined("issuer_not_available"),
  countLimit: declined("withdrawal_count_limit_exceeded"),
  expiredCard: named("expired_card", "do_not_try_again", "Your card has expired."),
  incorrectCvc: named("incorrect_cvc", "confirm_card_data", "Your card's security code is incorrect."),
  incorrectNumber: named("incorrect_number", "confirm_card_data", "Your card number is incorrect."),
  processingError: named(
    "processing_error",
    "try_again_later",
    "An error occurred while processing your card. Try again in a little bit.",
  ),
  authenticationRequired: {
    code: "authentication_required",
    declineCode: "authentication_required",
    message: "Your card was declined. This transaction requires authentication.",
  },
} as const satisfies Record<string, Decline>;

const returned = (code: string, message: string): Decline => ({ code, message });

/** Why a debit is returned. Source: docs.stripe.com/payments/ach-direct-debit#failed-payments. */
export const returns = {
  accountClosed: returned("account_closed", "The customer's bank account has been closed."),
  noAccount: returned("no_account", "The customer's bank account could not be located."),
  insufficientFunds: returned(
    "insufficient_funds",
    "The customer's account has insufficient funds to cover this payment.",
  ),
  debitNotAuthorized: returned(
    "debit_not_authorized",
    "The customer has notified their bank that this payment was unauthorized.",
  ),
  invalidCurrency: returned("invalid_currency", "The bank was unable to process this payment because of its currency."),
} as const satisfies Record<string, Decline>;

/** Refusals of an account by Stripe itself, before its bank is asked. */
export const blocks = {
  highestRisk: { code: "payment_intent_payment_attempt_failed", message: "The payment was blocked as too risky." },
  weeklyLimit: {
    code: "charge_exceeds_source_limit",
    message: "The payment would take the account over its weekly limit.",
  },
} as const satisfies Record<string, Decline>;
