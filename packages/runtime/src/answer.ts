import { type Problem, type ProblemCode, problems } from "@clearing/contracts/problem";
import type { PaymentRefusal } from "@clearing/domain/booking/payment-refusal";
import type { FieldError } from "./route-input.ts";

/**
 * A refusal in the API's terms. `reason` is the reason of a final payment refusal, `bookingId` the booking that blocks
 * the request, `retryAfter` the seconds after which a limit allows the same request, or null if the same request is
 * refused again although others with this code can be retried.
 */
export type Refusal = ({ refused: Exclude<ProblemCode, "limit_exceeded">; retryAfter?: null } | LimitExceeded) & {
  reason?: PaymentRefusal;
  bookingId?: string;
  detail?: string;
  errors?: readonly FieldError[];
};

type LimitExceeded = { refused: "limit_exceeded"; retryAfter: number };

/** The content security policy that a page needs beyond the default, which allows nothing. */
type PagePolicy = Readonly<
  Partial<Record<"script-src" | "style-src" | "img-src" | "font-src" | "connect-src" | "form-action", string>>
>;

/**
 * An HTTP response. With a `contentType`, a body of text or bytes is sent unchanged; any other body is sent as JSON.
 */
export type Reply = {
  status: number;
  body?: unknown;
  headers?: Readonly<Record<string, string>> & { "content-security-policy"?: never };
  contentType?: string;
  policy?: PagePolicy;
};

/**
 * A handler's answer. `replayed`: the transaction found this request's idempotency record, so the stored answer is
 * sent.
 */
export type Answer = Reply | Refusal | { replayed: true };

const alwaysHeaders: Readonly<Record<string, string>> = {
  "cache-control": "no-store",
  "referrer-policy": "no-referrer",
  "strict-transport-security": "max-age=63072000; includeSubDomains",
  "x-content-type-options": "nosniff",
};

/**
 * The policy of every response. A page adds directives and cannot drop one; a second header would replace the whole
 * policy.
 */
const noPageMay = {
  "default-src": "'none'",
  "base-uri": "'none'",
  "form-action": "'none'",
  "frame-ancestors": "'none'",
};

const policyOf = (policy: PagePolicy): string =>
  Object.entries({ ...noPageMay, ...policy })
    .map(([directive, sources]) => `${directive} ${sources}`)
    .join("; ");

export function responseOf(reply: Reply): Response {
  const { status, body, contentType, policy = {} } = reply;
  const headers = new Headers(alwaysHeaders);
  for (const [name, value] of Object.entries(reply.headers ?? {})) headers.set(name, value);
  headers.set("content-security-policy", policyOf(policy));
  if (body === undefined) return new Response(null, { status, headers });
  headers.set("content-type", contentType ?? "application/json; charset=utf-8");
  return new Response(contentType !== undefined && isSentAsItIs(body) ? body : JSON.stringify(body), {
    status,
    headers,
  });
}

const isSentAsItIs = (body: unknown): body is string | Uint8Array<ArrayBuffer> =>
  typeof body === "string" || body instanceof Uint8Array;

/** Converts a refusal to RFC 9457 problem+json. Nothing else does. */
export function problemResponse(refusal: Refusal): Response {
  const { refused, reason, bookingId, errors } = refusal;
  const { status, title, detail: usual, retryAfter: always }: Problem = problems[refused];
  const detail = refusal.detail ?? usual;
  const retryAfter = "retryAfter" in refusal ? refusal.retryAfter : always;
  return responseOf({
    status,
    contentType: "application/problem+json",
    headers: retryAfter == null ? {} : { "retry-after": String(retryAfter) },
    body: {
      type: `urn:clearing:problem:${refused}`,
      title,
      status,
      code: refused,
      ...(reason === undefined ? {} : { reason }),
      ...(bookingId === undefined ? {} : { bookingId }),
      ...(detail === undefined ? {} : { detail }),
      ...(errors === undefined ? {} : { errors }),
    },
  });
}
