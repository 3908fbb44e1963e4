import { epochSeconds } from "@clearing/domain/time";
import { type IdempotencyRecord, keptSeconds } from "@clearing/store/idempotency";
import type { RequestContext } from "./binding.ts";

/** The idempotency record of the answer to a request; null if the request has no key. */
export function recordOf(
  { idempotency, now }: RequestContext,
  status: number,
  body: unknown,
): IdempotencyRecord | null {
  if (idempotency === null) return null;
  return { ...idempotency, status, body, expiresAt: epochSeconds(now) + keptSeconds };
}
