import { Stripe } from "stripe";
import type { GatewayFailure } from "./gateway.ts";

/** Whether a request could have changed something: a read that failed has had no effect, whatever the reason. */
export type Effect = "read" | "write";

/** A body that the SDK took for an answer although Stripe did not write it (a proxy's or a firewall's JSON). */
export class ForeignAnswer extends Error {}

/** Errors of the socket that prove that no byte of the request reached Stripe. */
const NEVER_SENT = new Set(["ECONNREFUSED", "ENOTFOUND", "EAI_AGAIN", "EHOSTUNREACH", "ENETUNREACH"]);

/**
 * Sorts what the SDK threw by what may be done next (see `GatewayFailure`).
 * Sources: docs.stripe.com/error-handling, /api/idempotent_requests, /rate-limits.
 */
export function failureOf(error: unknown, effect: Effect): GatewayFailure {
  const { code, message } = describe(error);
  const failed = (kind: GatewayFailure["kind"]): GatewayFailure => ({ ok: false, kind, code, message });
  const undecided = failed(effect === "write" ? "unknown" : "unavailable");

  if (error instanceof Stripe.errors.StripeConnectionError) return neverSent(error) ? failed("unavailable") : undecided;
  if (!(error instanceof Stripe.errors.StripeError)) return undecided;
  if (error instanceof Stripe.errors.StripeIdempotencyError || code === "idempotency_key_in_use") {
    return failed(error.statusCode === 409 ? "idempotency_in_flight" : "idempotency_mismatch");
  }
  if (isThrottled(error)) return failed("unavailable");
  if (error instanceof Stripe.errors.StripeCardError) return failed("declined");
  if (
    error instanceof Stripe.errors.StripeAuthenticationError ||
    error instanceof Stripe.errors.StripePermissionError
  ) {
    return failed("unavailable");
  }
  if (error.statusCode === 409) return failed("idempotency_in_flight");
  if (error.statusCode !== undefined && error.statusCode >= 400 && error.statusCode < 500) return failed("invalid");
  return undecided;
}

/** 429, and the lock on one object that Stripe reports in the same way: nothing happened, soon is better. */
export function isThrottled(error: unknown): boolean {
  return error instanceof Stripe.errors.StripeError && (error.statusCode === 429 || error.code === "lock_timeout");
}

/** A closed socket was retried inside the SDK: then the refusal is that of the second try, and says nothing of the first. */
function neverSent(error: InstanceType<typeof Stripe.errors.StripeConnectionError>): boolean {
  const detail = error.detail as { code?: unknown } | undefined;
  return typeof detail?.code === "string" && NEVER_SENT.has(detail.code) && !error.message.includes("was retried");
}

function describe(error: unknown): { code: string; message: string } {
  if (error instanceof ForeignAnswer) return { code: "foreign_answer", message: error.message };
  if (error instanceof Stripe.errors.StripeError) {
    return { code: error.code ?? error.type, message: error.message };
  }
  return { code: "unexpected", message: error instanceof Error ? error.message : String(error) };
}
