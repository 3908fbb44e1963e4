import { Stripe } from "stripe";
import type { GatewayFailure } from "./gateway.ts";
import { isKnownRefusal } from "./payment-refusal.ts";

/** Whether a request can change something. A failed read has had no effect, whatever the reason. */
export type Effect = "read" | "write";

/** A body that the SDK accepted as an answer although Stripe did not write it (JSON of a proxy or firewall). */
export class ForeignAnswer extends Error {}

/** Socket errors that prove that no byte of the request reached Stripe. */
const neverSentCodes = new Set(["ECONNREFUSED", "ENOTFOUND", "EAI_AGAIN", "EHOSTUNREACH", "ENETUNREACH"]);

/**
 * The code of a call whose API key Stripe does not accept. The operator must fix the key; the request itself was not
 * refused.
 */
export const keyRefused = "key_refused";
/** Codes that refuse a key, whatever their HTTP status. */
const keyCodes = new Set(["api_key_expired", "platform_api_key_expired", "secret_key_required", "livemode_mismatch"]);

/**
 * Classifies what the SDK threw by what the caller may do next (see `GatewayFailure`). Sources:
 * docs.stripe.com/error-handling, /api/idempotent_requests, /rate-limits.
 */
export function failureOf(error: unknown, effect: Effect): GatewayFailure {
  const described = describe(error);
  const { code } = described;
  const failed = (kind: GatewayFailure["kind"]): GatewayFailure => ({ ok: false, kind, ...described });
  const undecided = failed(effect === "write" ? "unknown" : "unavailable");
  if (effect === "write" && isSavedFailure(error)) return failed("saved_failure");

  if (error instanceof Stripe.errors.StripeConnectionError) return neverSent(error) ? failed("unavailable") : undecided;
  if (!(error instanceof Stripe.errors.StripeError)) return undecided;
  if (error instanceof Stripe.errors.StripeIdempotencyError || code === "idempotency_key_in_use") {
    return failed(error.statusCode === 409 ? "idempotency_in_flight" : "idempotency_mismatch");
  }
  if (isThrottled(error)) return failed("unavailable");
  if (error instanceof Stripe.errors.StripeCardError) return failed("declined");
  if (isKeyRefusal(error)) return { ...failed("unavailable"), code: keyRefused };
  if (error.statusCode === 409) return failed("idempotency_in_flight");
  if (error.statusCode !== undefined && error.statusCode >= 400 && error.statusCode < 500) return failed("invalid");
  return undecided;
}

/**
 * Stripe stores a 5xx under its idempotency key like any answer. A replayed 5xx is all that the key will ever return.
 */
function isSavedFailure(error: unknown): boolean {
  return (
    error instanceof Stripe.errors.StripeError &&
    (error.statusCode ?? 0) >= 500 &&
    error.headers?.["idempotent-replayed"] === "true"
  );
}

/** Stripe also answers 403 if the account may not do something, but with a code that says so. */
function isKeyRefusal(error: InstanceType<typeof Stripe.errors.StripeError>): boolean {
  return (
    keyCodes.has(error.code ?? "") ||
    error instanceof Stripe.errors.StripeAuthenticationError ||
    (error instanceof Stripe.errors.StripePermissionError && !isKnownRefusal(error.code ?? ""))
  );
}

/** 429, and a lock time-out on one object, which Stripe reports in the same way: nothing happened, so retry soon. */
export function isThrottled(error: unknown): boolean {
  return error instanceof Stripe.errors.StripeError && (error.statusCode === 429 || error.code === "lock_timeout");
}

/**
 * The SDK retries a closed socket itself. Then the error is that of the second request, and says nothing about the first.
 */
function neverSent(error: InstanceType<typeof Stripe.errors.StripeConnectionError>): boolean {
  const detail = error.detail as { code?: unknown } | undefined;
  return typeof detail?.code === "string" && neverSentCodes.has(detail.code) && !error.message.includes("was retried");
}

function describe(error: unknown): Pick<GatewayFailure, "code" | "param" | "paymentIntentId" | "message"> {
  if (error instanceof ForeignAnswer) return { code: "foreign_answer", message: error.message };
  if (error instanceof Stripe.errors.StripeError) {
    const { param, message, payment_intent: intent } = error;
    return {
      code: error.code ?? codeOf(error),
      ...(param === undefined ? {} : { param }),
      ...(intent === undefined ? {} : { paymentIntentId: intent.id }),
      message,
    };
  }
  return { code: "unexpected", message: error instanceof Error ? error.message : String(error) };
}

/**
 * Stripe sends no code for an unsupported currency, where the parameter tells, nor for a method that was detached, where
 * only the message tells.
 */
function codeOf({ type, param, message }: InstanceType<typeof Stripe.errors.StripeError>): string {
  if (message.includes("was detached from a Customer")) return "payment_method_detached";
  return param === "currency" || param?.endsWith("[currency]") ? "currency_not_supported" : type;
}
