import type { ProblemCode } from "./problem.ts";
import { type Route, roles } from "./route.ts";

/**
 * Every refusal that a route can answer as problem+json: those of its handler, and those of the gates that each request
 * passes before (caller, role, size, schemas, idempotency) and around it (bugs and outages, of which a page says so itself).
 */
export function refusalsOf({ access, raw, page, idempotency, errors }: Route): readonly ProblemCode[] {
  const refusals = new Set<ProblemCode>();
  if (!raw) refusals.add("validation_failed").add("payload_too_large");
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
