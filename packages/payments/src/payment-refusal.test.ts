import { paymentRefusals } from "@clearing/domain/booking/payment-refusal";
import { describe, expect, test } from "vitest";
import { paymentRefusalOf } from "./payment-refusal.ts";

describe("a payment that Stripe permanently refuses", () => {
  test.each([
    ["amount_too_large", "amount_too_large"],
    ["charge_exceeds_transaction_limit", "amount_too_large"],
    ["amount_too_small", "amount_too_small"],
    ["currency_not_supported", "currency_not_supported"],
    ["payment_method_unactivated", "method_not_available"],
    ["testmode_charges_only", "account_restricted"],
    ["email_invalid", "email_not_accepted"],
    ["parameter_unknown", "not_accepted"],
    ["StripeInvalidRequestError", "not_accepted"],
    ["constructor", "not_accepted"],
  ])("as %s is refused to the client as %s", (code, reason) => {
    expect(paymentRefusalOf(code)).toBe(reason);
  });

  test("says in each case what the client can do, in sentences", () => {
    for (const words of Object.values(paymentRefusals)) expect(words).toMatch(/^[A-Z].*\. .*\.$/);
  });
});
