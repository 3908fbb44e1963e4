/**
 * Every refusal of the API: its stable code, its HTTP status, its title, and after how many seconds the same request
 * may be sent again where that alone helps; `varies` where each refusal says so itself. The one place where they are
 * listed.
 */
export const problems = {
  validation_failed: { status: 400, title: "The request is not valid" },
  idempotency_key_required: { status: 400, title: "This request needs an Idempotency-Key header" },
  unauthenticated: { status: 401, title: "Sign in first" },
  forbidden: { status: 403, title: "Your role does not allow this" },
  not_found: { status: 404, title: "There is no such thing here" },
  not_acceptable: { status: 406, title: "This does not come in a media type that you accept" },
  sold_out: { status: 409, title: "No place of this type is free" },
  already_booked: { status: 409, title: "This participant has a live booking in this cohort" },
  hold_expired: { status: 409, title: "The hold has lapsed; start with a new quote" },
  quote_expired: { status: 409, title: "The quote's prices hold no longer; ask for a new one" },
  quote_used: { status: 409, title: "This quote has made a booking already; ask for a new one" },
  not_on_sale: { status: 409, title: "This cohort is not on sale" },
  plan_not_available: { status: 409, title: "This payment plan cannot be had here" },
  places_in_use: { status: 409, title: "Places are in use" },
  places_available: { status: 409, title: "A place is free: book it" },
  agreement_changed: { status: 409, title: "The agreement has changed; read it again" },
  agreement_signed: { status: 409, title: "The agreement is signed already, with another name or choice" },
  agreement_required: { status: 409, title: "Sign the agreement first" },
  clearance_required: { status: 409, title: "The clearance has to come first" },
  invalid_transition: { status: 409, title: "This cannot be done in the present state" },
  approval_required: { status: 409, title: "A second person has to approve this" },
  idempotency_in_progress: {
    status: 409,
    title: "The first request with this key is still running; try again",
    retryAfter: 1,
  },
  conflict: { status: 409, title: "Others were changing the same thing; try again", retryAfter: 1 },
  payload_too_large: { status: 413, title: "The request is too large" },
  idempotency_mismatch: { status: 422, title: "This Idempotency-Key was used with another request" },
  payment_refused: { status: 422, title: "The payment provider refuses this payment for good; `reason` says why" },
  no_apr: { status: 422, title: "No annual percentage rate solves this" },
  limit_exceeded: { status: 429, title: "The limit for this is reached; try again later", retryAfter: "varies" },
  payment_provider_unavailable: {
    status: 503,
    title: "The payment provider does not answer; try again",
    retryAfter: 1,
  },
  unavailable: { status: 503, title: "The service is overloaded; try again", retryAfter: 1 },
  internal_error: { status: 500, title: "Something went wrong on our side" },
} as const satisfies Record<string, Problem>;

export type Problem = { status: number; title: string; retryAfter?: number | "varies" };

export type ProblemCode = keyof typeof problems;
