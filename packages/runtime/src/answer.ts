import { type Problem, type ProblemCode, problems } from "@clearing/contracts/problem";
import type { PaymentRefusal } from "@clearing/domain/booking/payment-refusal";
import type { FieldError } from "./route-input.ts";

/**
 * A refusal in the API's words; `reason` is why a payment is refused for good, `bookingId` the booking in the way,
 * `retryAfter` the seconds after which a limit lets the same request through.
 */
export type Refusal = ({ refused: Exclude<ProblemCode, "limit_exceeded"> } | LimitExceeded) & {
  reason?: PaymentRefusal;
  bookingId?: string;
  detail?: string;
  errors?: readonly FieldError[];
};

type LimitExceeded = { refused: "limit_exceeded"; retryAfter: number };

/** What a page may load or do; without a directive it may do nothing of the kind. */
type PagePolicy = Readonly<
  Partial<Record<"script-src" | "style-src" | "img-src" | "font-src" | "connect-src" | "form-action", string>>
>;

/** What is sent. A body that is text or bytes goes out as it is, under its own content type; anything else as JSON. */
export type Reply = {
  status: number;
  body?: unknown;
  headers?: Readonly<Record<string, string>> & { "content-security-policy"?: never };
  contentType?: string;
  policy?: PagePolicy;
};

/**
 * What a route's handler answers. `replayed`: the transaction found this request's idempotency record, so the answer
 * given then is given again.
 */
export type Answer = Reply | Refusal | { replayed: true };

const alwaysHeaders: Readonly<Record<string, string>> = {
  "cache-control": "no-store",
  "referrer-policy": "no-referrer",
  "strict-transport-security": "max-age=63072000; includeSubDomains",
  "x-content-type-options": "nosniff",
};

/** Of every answer. A page adds to it what it needs, and cannot take from it: a later header would replace it whole. */
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

/** The one place where a refusal becomes RFC 9457 problem+json. */
export function problemResponse(refusal: Refusal): Response {
  const { refused, reason, bookingId, detail, errors } = refusal;
  const { status, title, retryAfter: always }: Problem = problems[refused];
  const retryAfter = "retryAfter" in refusal ? refusal.retryAfter : always;
  return responseOf({
    status,
    contentType: "application/problem+json",
    headers: retryAfter === undefined ? {} : { "retry-after": String(retryAfter) },
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
