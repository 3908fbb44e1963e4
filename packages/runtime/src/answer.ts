import { type Problem, type ProblemCode, problems } from "@clearing/contracts/problem";
import type { PaymentRefusal } from "@clearing/domain/booking/payment-refusal";
import type { FieldError } from "./route-input.ts";

/** A refusal in the API's words; `reason` is why a payment is refused for good. */
export type Refusal = {
  refused: ProblemCode;
  reason?: PaymentRefusal;
  detail?: string;
  errors?: readonly FieldError[];
};

/** What is sent. A body that is text goes out as it is, under its own content type; anything else as JSON. */
export type Reply = {
  status: number;
  body?: unknown;
  headers?: Readonly<Record<string, string>>;
  contentType?: string;
};

/**
 * What a route's handler answers. `replayed`: the transaction found this request's idempotency record, so the answer
 * given then is given again.
 */
export type Answer = Reply | Refusal | { replayed: true };

const ALWAYS: Readonly<Record<string, string>> = {
  "cache-control": "no-store",
  "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
  "referrer-policy": "no-referrer",
  "strict-transport-security": "max-age=63072000; includeSubDomains",
  "x-content-type-options": "nosniff",
};

export function responseOf(reply: Reply): Response {
  const { status, body, contentType } = reply;
  const headers = new Headers(ALWAYS);
  for (const [name, value] of Object.entries(reply.headers ?? {})) headers.set(name, value);
  if (body === undefined) return new Response(null, { status, headers });
  const text = contentType !== undefined && typeof body === "string";
  headers.set("content-type", contentType ?? "application/json; charset=utf-8");
  return new Response(text ? body : JSON.stringify(body), { status, headers });
}

/** The one place where a refusal becomes RFC 9457 problem+json. */
export function problemResponse({ refused, reason, detail, errors }: Refusal): Response {
  const { status, title, retryAfter }: Problem = problems[refused];
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
      ...(detail === undefined ? {} : { detail }),
      ...(errors === undefined ? {} : { errors }),
    },
  });
}
