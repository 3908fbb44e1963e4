import qs from "qs";
import { invalidRequest } from "./stripe-error.ts";

/** Decodes Stripe's form encoding (`a[b]=c`, `a[0][b]=c`). Every leaf is a string. */
export function decodeForm(encoded: string): Record<string, unknown> {
  return qs.parse(encoded, { depth: 20, arrayLimit: 1000, parameterLimit: 10_000, plainObjects: false });
}

/** Stripe's API v1 accepts only forms. */
export function decodeBody(contentType: string | null, body: string): Record<string, unknown> {
  if (body === "") return {};
  if (contentType?.startsWith("application/json")) {
    throw invalidRequest(
      "Invalid request (check that your POST content type is application/x-www-form-urlencoded). If you have any questions, we can help at https://support.stripe.com/.",
    );
  }
  return decodeForm(body);
}
