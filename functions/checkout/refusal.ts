import { type PaymentRefusal, paymentRefusals } from "@clearing/domain/booking/payment-refusal";
import type { GatewayFailure } from "@clearing/payments";
import { paymentRefusalOf } from "@clearing/payments/payment-refusal";
import type { Answer } from "@clearing/runtime/api";
import type { Log } from "@clearing/runtime/log";

/** The reasons that a client can act on. The operator is alerted to the others. */
const clients = new Set<PaymentRefusal>(["amount_too_large", "amount_too_small", "email_not_accepted"]);

/**
 * Answers for a failed request to Stripe and logs the failure. A final refusal is `payment_refused`, with a reason that
 * tells the client what to do; a temporary failure is one to retry.
 */
export function refuseStripe({ kind, code, param }: GatewayFailure, log: Log): Answer {
  // The log never has Stripe's message, which can quote what somebody typed (I8).
  log.warn("stripe request failed", { kind, code, param });
  switch (kind) {
    case "declined":
    case "invalid": {
      const reason = paymentRefusalOf(code);
      log.metric("PaymentRefused", 1, "Count", { reason });
      if (!clients.has(reason)) log.metric("StripeRefusals", 1, "Count");
      return { refused: "payment_refused", reason, detail: paymentRefusals[reason] };
    }
    case "idempotency_in_flight":
      return { refused: "idempotency_in_progress" };
    case "unavailable":
    case "unknown":
    case "saved_failure":
    case "idempotency_mismatch":
      return { refused: "payment_provider_unavailable" };
  }
}
