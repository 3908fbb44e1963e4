import type { DatabaseSync } from "node:sqlite";
import { StripeFailure } from "./stripe-error.ts";

/** The first answer under a key, replayed for 24 hours of virtual time whatever its status. */
export type SavedAnswer = { status: number; body: string; requestId: string };

/**
 * Idempotency keys. `begin` returns the answer to replay, or takes the key until `end`. It refuses other parameters
 * under a used key, and a key whose first request is still running. Source: docs.stripe.com/api/idempotent_requests.
 */
export type IdempotencyKeys = {
  begin(key: string, path: string, fingerprint: string): SavedAnswer | null;
  save(key: string, path: string, fingerprint: string, answer: SavedAnswer): void;
  end(key: string): void;
};

const retentionSeconds = 24 * 3600;
const mostCharacters = 255;

export function openIdempotencyKeys(db: DatabaseSync, seconds: () => number): IdempotencyKeys {
  db.exec(`
    CREATE TABLE IF NOT EXISTS sim_idempotency (
      key TEXT PRIMARY KEY, path TEXT NOT NULL, fingerprint TEXT NOT NULL, status INTEGER NOT NULL,
      body TEXT NOT NULL, request_id TEXT NOT NULL, saved_at INTEGER NOT NULL)
  `);
  const select = db.prepare("SELECT * FROM sim_idempotency WHERE key = ? AND saved_at > ?");
  const upsert = db.prepare("INSERT OR REPLACE INTO sim_idempotency VALUES (?, ?, ?, ?, ?, ?, ?)");
  // Only in memory: a request that was running when the process died no longer runs.
  const running = new Set<string>();

  return {
    begin: (key, path, fingerprint) => {
      if (key.length > mostCharacters) {
        throw idempotencyError(400, `Idempotency keys can have at most ${mostCharacters} characters.`);
      }
      if (running.has(key)) {
        throw idempotencyError(
          409,
          "There is currently another in-progress request using this Idempotent Key (that probably means you submitted twice, and the other request is still going through). Please try again later.",
          "idempotency_key_in_use",
        );
      }
      const row = select.get(key, seconds() - retentionSeconds);
      if (!row) {
        running.add(key);
        return null;
      }
      if (row.path !== path) {
        throw idempotencyError(
          400,
          `Keys for idempotent requests can only be used for the same endpoint they were first used for ('${path}' vs '${row.path}'). Try using a key other than '${key}' if you meant to execute a different request.`,
        );
      }
      if (row.fingerprint !== fingerprint) {
        throw idempotencyError(
          400,
          `Keys for idempotent requests can only be used with the same parameters they were first used with. Try using a key other than '${key}' if you meant to execute a different request.`,
        );
      }
      return { status: row.status as number, body: row.body as string, requestId: row.request_id as string };
    },
    save: (key, path, fingerprint, answer) =>
      void upsert.run(key, path, fingerprint, answer.status, answer.body, answer.requestId, seconds()),
    end: (key) => void running.delete(key),
  };
}

function idempotencyError(status: number, message: string, code?: string): StripeFailure {
  return new StripeFailure(status, { type: "idempotency_error", message, ...(code ? { code } : {}) });
}
