import type { ProblemCode } from "./problem.ts";
import { type Route, roles } from "./route.ts";

/**
 * Every refusal that a route can return as problem+json: its handler's, those of the checks before the handler (caller,
 * role, size, schemas, idempotency), and bugs and outages. A page reports invalid input, bugs and outages as a page instead.
 */
export function refusalsOf({ access, raw, page, idempotency, errors }: Route): readonly ProblemCode[] {
  const refusals = new Set<ProblemCode>();
  if (!raw && !page) refusals.add("validation_failed");
  if (!raw) refusals.add("payload_too_large");
  if (access !== "public") {
    refusals.add("unauthenticated");
    if (roles.some((role) => !access.includes(role))) refusals.add("forbidden");
  }
  if (idempotency === "required") refusals.add("idempotency_key_required");
  if (idempotency !== "none") refusals.add("idempotency_mismatch").add("conflict");
  for (const code of errors) refusals.add(code);
  if (!page) refusals.add("unavailable").add("internal_error");
  return [...refusals];
}
