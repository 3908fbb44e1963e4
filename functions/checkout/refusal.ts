import { type PaymentRefusal, paymentRefusals } from "@clearing/domain/booking/payment-refusal";
import type { GatewayFailure } from "@clearing/payments";
import { paymentRefusalOf } from "@clearing/payments/payment-refusal";
import type { Answer } from "@clearing/runtime/api";
import type { Log } from "@clearing/runtime/log";

/** What the client can do something about; of the rest the operator hears. */
const clients = new Set<PaymentRefusal>(["amount_too_large", "amount_too_small", "email_not_accepted"]);

/**
 * The request to Stripe failed, and the log says why. What it will never do is `payment_refused`, with what the client can do
 * about it; what may pass is to be tried again.
 */
export function refuseStripe({ kind, code, param }: GatewayFailure, log: Log): Answer {
  // Never its message, which may quote what somebody typed (I8).
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
