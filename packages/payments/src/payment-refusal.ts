import type { PaymentRefusal } from "@clearing/domain/booking/payment-refusal";

/** Stripe's codes of final refusals, grouped by what the client can do. Source: docs.stripe.com/error-codes. */
const codes: Readonly<Record<Exclude<PaymentRefusal, "not_accepted">, readonly string[]>> = {
  amount_too_large: ["amount_too_large", "charge_exceeds_transaction_limit", "charge_exceeds_source_limit"],
  amount_too_small: ["amount_too_small"],
  currency_not_supported: ["currency_not_supported", "payment_method_currency_mismatch"],
  method_not_available: [
    "payment_method_unactivated",
    "payment_method_not_available",
    "payment_method_unsupported_type",
    "capability_not_active",
  ],
  account_restricted: ["testmode_charges_only", "account_invalid", "account_closed", "transfers_not_allowed"],
  email_not_accepted: ["email_invalid"],
};

const reasons = new Map<string, PaymentRefusal>(
  Object.entries(codes).flatMap(([reason, of]) => of.map((code) => [code, reason as PaymentRefusal])),
);

/** Whether Stripe refuses this request from any caller, according to its code. */
export const isKnownRefusal = (code: string): boolean => reasons.has(code);

/** The reason of Stripe's final refusal of a payment; `not_accepted` for a code that tells a client nothing. */
export const paymentRefusalOf = (code: string): PaymentRefusal => reasons.get(code) ?? "not_accepted";
