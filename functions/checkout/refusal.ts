import type { GatewayFailure } from "@clearing/payments";
import type { Answer } from "@clearing/runtime/api";
import type { Log } from "@clearing/runtime/log";

/** Stripe did not do it: the client is told to try again, and the log says why. */
export function refuseStripe({ kind, code, message }: GatewayFailure, log: Log): Answer {
  log.warn("Stripe did not do it", { kind, code, message });
  return { refused: kind === "idempotency_in_flight" ? "idempotency_in_progress" : "payment_provider_unavailable" };
}
