import type { ProblemCode } from "./problem.ts";
import { type Route, roles } from "./route.ts";

/**
 * Every refusal that a route can answer as problem+json: those of its handler, and those of the gates that each request
 * passes before (caller, role, size, schemas, idempotency) and around it (bugs and outages).
 */
export function refusalsOf({ access, raw, idempotency, errors }: Route): readonly ProblemCode[] {
  const refusals = new Set<ProblemCode>();
  if (!raw) refusals.add("validation_failed").add("payload_too_large");
  if (access !== "public") {
    refusals.add("unauthenticated");
    if (roles.some((role) => !access.includes(role))) refusals.add("forbidden");
  }
  if (idempotency === "required") refusals.add("idempotency_key_required");
  if (idempotency !== "none") refusals.add("idempotency_mismatch").add("conflict");
  return [...refusals, ...errors.filter((code) => !refusals.has(code)), "unavailable", "internal_error"];
}
