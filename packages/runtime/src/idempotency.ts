import { createHash } from "node:crypto";

/**
 * The key of a request's stored answer, and the hash of its body and query. The handler writes the record in its own
 * transaction.
 */
export type Idempotency = { scope: string; fingerprint: string };

/** A digest of caller, method, path with its ids, and idempotency key. */
export function scopeOf(sub: string, method: string, path: string, key: string): string {
  return createHash("sha256")
    .update(JSON.stringify([sub, method, path, key]))
    .digest("hex");
}
