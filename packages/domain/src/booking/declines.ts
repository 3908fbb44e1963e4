import type { PaymentMethod } from "./attempt.ts";
import { cardTriesUsedUp } from "./card-tries.ts";
import type { DueFailure } from "./due-failure.ts";

/**
 * What may follow a failed try with a saved method. `hard`: this method is never tried again. `limit`: this method is
 * not tried again for this due. `soft`: retry on the program's days. `authentication`: the client must be present, so
 * the due is paid by link only.
 */
export type DeclineClass = "hard" | "limit" | "soft" | "authentication";

export type Decline = { class: DeclineClass; failure: DueFailure };

const hard: Decline = { class: "hard", failure: "card_declined" };
const soft: Decline = { class: "soft", failure: "card_declined" };
const expired: Decline = { class: "hard", failure: "card_expired" };
const authentication: Decline = { class: "authentication", failure: "authentication_required" };
const provider: Decline = { class: "soft", failure: "provider_error" };
const unusable: Decline = { class: "hard", failure: "method_unusable" };

/**
 * Decline codes and error codes of card payments. `hard` covers what the networks forbid to retry and what another day
 * cannot change. Sources: docs.stripe.com/declines/codes, docs.stripe.com/error-codes.
 */
const ofCards: Readonly<Record<string, Decline>> = {
  approve_with_id: soft,
  authentication_not_handled: authentication,
  authentication_required: authentication,
  call_issuer: soft,
  card_decline_rate_limit_exceeded: soft,
  card_declined: soft,
  card_not_supported: hard,
  card_velocity_exceeded: soft,
  currency_not_supported: hard,
  [cardTriesUsedUp]: { class: "limit", failure: "card_declined" },
  do_not_honor: soft,
  do_not_try_again: hard,
  duplicate_transaction: soft,
  expired_card: expired,
  fraudulent: hard,
  generic_decline: soft,
  highest_risk_level: hard,
  incorrect_address: hard,
  incorrect_cvc: hard,
  incorrect_number: hard,
  incorrect_pin: hard,
  incorrect_zip: hard,
  insufficient_funds: { class: "soft", failure: "insufficient_funds" },
  invalid_account: hard,
  invalid_amount: soft,
  invalid_cvc: hard,
  invalid_expiry_month: expired,
  invalid_expiry_year: expired,
  invalid_number: hard,
  invalid_pin: hard,
  issuer_not_available: provider,
  lost_card: hard,
  merchant_blacklist: hard,
  mobile_device_authentication_required: authentication,
  new_account_information_available: hard,
  no_action_taken: soft,
  not_permitted: hard,
  offline_pin_required: authentication,
  online_or_offline_pin_required: authentication,
  payment_intent_authentication_failure: authentication,
  payment_method_unactivated: unusable,
  pickup_card: hard,
  pin_try_exceeded: hard,
  previously_declined_do_not_retry: hard,
  processing_error: provider,
  reenter_transaction: soft,
  restricted_card: hard,
  revocation_of_all_authorizations: hard,
  revocation_of_authorization: hard,
  security_violation: hard,
  service_not_allowed: hard,
  stolen_card: hard,
  stop_payment_order: hard,
  testmode_decline: hard,
  transaction_not_allowed: hard,
  try_again_later: soft,
  withdrawal_count_limit_exceeded: soft,
};

/**
 * Failure codes of bank debits (ACH). Only insufficient funds (R01) and uncollected funds (R09) may be retried; Stripe
 * gives both the same code. After another return Stripe blocks the account, and refuses further debits as
 * `bank_account_unusable`. Sources: docs.stripe.com/payments/ach-direct-debit#failed-payments,
 * docs.stripe.com/payments/ach-direct-debit/blocked-bank-accounts, Nacha Operating Rules, subsection 2.12.4.
 */
const ofDebits: Readonly<Record<string, Decline>> = {
  bank_account_unusable: unusable,
  insufficient_funds: { class: "soft", failure: "insufficient_funds" },
};

/** An unlisted card code allows a retry on another day. A bank debit may be retried for the listed reasons only. */
const unknown: Readonly<Record<PaymentMethod, Decline>> = {
  card: soft,
  us_bank_account: { class: "hard", failure: "bank_returned" },
};

/** Stripe refused the request itself, for an unlisted reason: no bank was asked, and the method may be usable. */
const unknownRefusal: Readonly<Record<PaymentMethod, Decline>> = {
  card: provider,
  us_bank_account: { class: "limit", failure: "provider_error" },
};

/**
 * Codes with which Stripe refuses a request because the method, its customer or its mandate is gone. The customer was
 * deleted: `resource_missing`; the mandate is inactive: `payment_intent_mandate_invalid`. For a detached method Stripe
 * sends no code, and the gateway names it `payment_method_detached`. Source: docs.stripe.com/error-codes.
 */
const gone: ReadonlySet<string> = new Set([
  "resource_missing",
  "payment_method_detached",
  "payment_method_unexpected_state",
  "payment_intent_mandate_invalid",
  "payment_method_invalid_parameter",
]);

/**
 * Classifies Stripe's decline or error code of a try with a saved method. `isRefusal`: Stripe refused the request, so
 * there was no payment that a bank could decline.
 */
export function declineOf(code: string | null, method: PaymentMethod, isRefusal: boolean): Decline {
  const unlisted = (isRefusal ? unknownRefusal : unknown)[method];
  if (code === null) return unlisted;
  if (gone.has(code)) return unusable;
  return (method === "card" ? ofCards : ofDebits)[code] ?? unlisted;
}
