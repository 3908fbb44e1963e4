import type { Stripe } from "stripe";

/** The `error` object of Stripe's envelope. Source: docs.stripe.com/api/errors. */
export type ErrorBody = {
  type: "api_error" | "card_error" | "idempotency_error" | "invalid_request_error";
  message: string;
  code?: string;
  param?: string;
  decline_code?: string;
  advice_code?: string;
  network_decline_code?: string;
  charge?: string;
  payment_intent?: Stripe.PaymentIntent;
  setup_intent?: Stripe.SetupIntent;
  payment_method?: Stripe.PaymentMethod;
  doc_url?: string;
};

/**
 * An error answer of Stripe's. If `keepsState` is true, the refusal is itself recorded (a declined charge), so the
 * transaction still commits.
 */
export class StripeFailure extends Error {
  readonly status: number;
  readonly body: ErrorBody;
  readonly keepsState: boolean;
  readonly headers: Record<string, string>;

  constructor(status: number, body: ErrorBody, keepsState = false, headers: Record<string, string> = {}) {
    super(body.message);
    const docs = body.code ? { doc_url: `https://stripe.com/docs/error-codes/${body.code.replaceAll("_", "-")}` } : {};
    this.status = status;
    this.body = { ...docs, ...body };
    this.keepsState = keepsState;
    this.headers = headers;
  }
}

export function invalidRequest(message: string, extra: { code?: string; param?: string } = {}): StripeFailure {
  return new StripeFailure(400, { type: "invalid_request_error", message, ...extra });
}

/** A required parameter is missing. */
export function missing(param: string): StripeFailure {
  return invalidRequest(`Missing required param: ${param}.`, { code: "parameter_missing", param });
}

/** Stripe's answer for an unknown id: 404, `resource_missing`. */
export function noSuch(what: string, id: string, param = "id"): StripeFailure {
  return new StripeFailure(404, {
    type: "invalid_request_error",
    code: "resource_missing",
    message: `No such ${what}: '${id}'`,
    param,
  });
}

/** Another parameter names an object that does not exist: 400, as Stripe answers a POST. */
export function noSuchReference(what: string, id: string, param: string): StripeFailure {
  return invalidRequest(`No such ${what}: '${id}'`, { code: "resource_missing", param });
}
