import { createHash } from "node:crypto";

/** Where a request's answer is kept, and what its body and query were; the handler writes the record in its own transaction. */
export type Idempotency = { scope: string; fingerprint: string };

/** One person, one route with its ids, one key. */
export function scopeOf(sub: string, method: string, path: string, key: string): string {
  return createHash("sha256")
    .update(JSON.stringify([sub, method, path, key]))
    .digest("hex");
}
