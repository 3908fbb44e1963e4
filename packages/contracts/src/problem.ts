/**
 * Every refusal of the API: its stable code, HTTP status, title and, if retrying the same request can help, the seconds
 * to wait (`retryAfter`). `varies`: each refusal sets its own. `detail` is that of a refusal without one. This is the only
 * list.
 */
export const problems = {
  validation_failed: { status: 400, title: "The request is not valid" },
  idempotency_key_required: { status: 400, title: "The Idempotency-Key header is required" },
  unauthenticated: { status: 401, title: "Sign in to continue" },
  forbidden: { status: 403, title: "You are not allowed to do this" },
  not_found: { status: 404, title: "Not found" },
  not_acceptable: { status: 406, title: "No media type in the Accept header is available" },
  sold_out: { status: 409, title: "No place of this type is available" },
  already_booked: {
    status: 409,
    title: "This participant already has a booking in this cohort",
    detail: "To book again, cancel the existing booking or withdraw from it first.",
  },
  hold_expired: {
    status: 409,
    title: "This hold has expired, or ends too soon for another payment page",
    detail: "Once the hold has expired, create a new quote and book again.",
  },
  quote_expired: { status: 409, title: "This quote has expired. Create a new one" },
  quote_used: { status: 409, title: "This quote has already been used. Create a new one" },
  not_on_sale: { status: 409, title: "This cohort is not on sale" },
  plan_not_available: { status: 409, title: "This payment plan is not available" },
  places_in_use: { status: 409, title: "Some places are held or booked" },
  places_available: { status: 409, title: "A place is available to book" },
  agreement_changed: { status: 409, title: "The document has changed. Read it again and send its new hash" },
  agreement_signed: {
    status: 409,
    title: "The document has already been signed with a different name or autopay choice",
  },
  agreement_required: { status: 409, title: "Sign the agreement first" },
  clearance_required: { status: 409, title: "A clinical clearance is required first" },
  invalid_transition: { status: 409, title: "Not possible in the current status" },
  approval_required: { status: 409, title: "A second person must approve this" },
  idempotency_in_progress: {
    status: 409,
    title: "The first request with this Idempotency-Key is still in progress. Try again",
    retryAfter: 1,
  },
  conflict: {
    status: 409,
    title: "This conflicts with another request or payment",
    detail: "Another request changed this at the same time. Try again.",
    retryAfter: 1,
  },
  payload_too_large: { status: 413, title: "The request body is larger than 256 KB" },
  idempotency_mismatch: {
    status: 422,
    title: "This Idempotency-Key was used with a different request",
    detail: "Send a new key with a new request. To repeat the first request, send it unchanged.",
  },
  payment_refused: { status: 422, title: "The payment provider permanently refused this payment" },
  no_apr: { status: 422, title: "No annual percentage rate fits these payments" },
  limit_exceeded: { status: 429, title: "You have reached a limit. Try again later", retryAfter: "varies" },
  payment_provider_unavailable: {
    status: 503,
    title: "The payment provider is not available. Try again",
    retryAfter: 1,
  },
  unavailable: { status: 503, title: "The service is temporarily unavailable. Try again", retryAfter: 1 },
  internal_error: { status: 500, title: "Something went wrong on our side" },
} as const satisfies Record<string, Problem>;

export type Problem = { status: number; title: string; detail?: string; retryAfter?: number | "varies" };

export type ProblemCode = keyof typeof problems;
