import { epochSeconds } from "@clearing/domain/time";
import { type IdempotencyRecord, keptSeconds } from "@clearing/store/idempotency";
import type { RequestContext } from "./binding.ts";

/** The record of the answer that a request is about to get; null when it carried no key. */
export function recordOf(
  { idempotency, now }: RequestContext,
  status: number,
  body: unknown,
): IdempotencyRecord | null {
  if (idempotency === null) return null;
  return { ...idempotency, status, body, expiresAt: epochSeconds(now) + keptSeconds };
}
