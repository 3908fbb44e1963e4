import { integer, list, object, oneOf, required, text } from "../http/params.ts";
import { invalidRequest } from "../http/stripe-error.ts";
import { apiVersion, type World } from "../world.ts";

const futureUsage = oneOf("off_session", "on_session", "none");
export const paymentMethodOptions = object({
  card: object({
    setup_future_usage: futureUsage,
    request_three_d_secure: oneOf("any", "automatic", "challenge"),
    statement_descriptor_suffix_kana: text(),
    statement_descriptor_suffix_kanji: text(),
  }),
  us_bank_account: object({
    setup_future_usage: futureUsage,
    verification_method: oneOf("automatic", "instant", "microdeposits"),
    preferred_settlement_speed: oneOf("fastest", "standard"),
    financial_connections: object({ permissions: list(text()), prefetch: list(text()) }),
  }),
});
export const mandateData = object({
  customer_acceptance: required(
    object({
      type: required(oneOf("online", "offline")),
      accepted_at: integer(),
      online: object({ ip_address: required(text()), user_agent: required(text()) }),
      offline: object({}),
    }),
  ),
});

/** Source: docs.stripe.com/changelog/endive/2026-09-30, "Removes the payment method types parameter". */
export function refuseOldTypes(world: World, given: { payment_method_types?: string[] | undefined }): void {
  if (given.payment_method_types === undefined || world.asking.version < "2026-09-30") return;
  throw invalidRequest(
    `The payment_method_types parameter is no longer supported as of API version 2026-09-30.endive (this request: ${world.asking.version || apiVersion}). Use allowed_payment_method_types.`,
    { code: "payment_method_types_no_longer_supported", param: "payment_method_types" },
  );
}
