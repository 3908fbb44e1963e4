import type { DatabaseSync } from "node:sqlite";
import type { Settings } from "../settings.ts";

/** The delivery of one event to one endpoint. `held` ones wait until others have overtaken them. */
export type Delivery = { id: number; eventId: string; endpointId: string; attempts: number; held: boolean };

/** How deliveries misbehave: the probabilities that one is duplicated, overtaken by later ones, or never sent. */
export type Misbehaviour = { duplicate: number; reorder: number; drop: number; seed: number };

export type Deliveries = {
  schedule(eventId: string, endpointId: string): void;
  /** The deliveries whose time has come at an instant. Held ones only on request, in a shuffled order. */
  due(at: number, which: "free" | "held", limit: number): Delivery[];
  succeeded(id: number): void;
  /** Schedules the next try, or gives up after three days. */
  failed(id: number, why: string): void;
  /** Gives up at once. */
  abandoned(id: number, why: string): void;
  pending(at: number): number;
  next(): number | null;
  /** How many deliveries of an event are still pending. */
  waiting(eventId: string): number;
  /** The events with a delivery that has not arrived. */
  undelivered(): string[];
  forget(endpointId: string): void;
};

const minute = 60_000;
const hour = 60 * minute;
/**
 * Stripe retries for up to three days with exponential back-off and publishes no schedule; this one adds up to 71
 * hours.
 */
const retryDelays = [
  1 * minute,
  5 * minute,
  30 * minute,
  2 * hour,
  5 * hour,
  10 * hour,
  14 * hour,
  18 * hour,
  21 * hour,
];

export function openDeliveries(db: DatabaseSync, now: () => number, settings: Settings): Deliveries {
  db.exec(`
    CREATE TABLE IF NOT EXISTS sim_deliveries (
      id INTEGER PRIMARY KEY AUTOINCREMENT, event_id TEXT NOT NULL, endpoint_id TEXT NOT NULL,
      state TEXT NOT NULL, due_at INTEGER NOT NULL, attempts INTEGER NOT NULL, held INTEGER NOT NULL, shuffle REAL NOT NULL,
      last_error TEXT);
    CREATE INDEX IF NOT EXISTS sim_deliveries_pending ON sim_deliveries (due_at, id) WHERE state = 'pending';
    CREATE INDEX IF NOT EXISTS sim_deliveries_by_event ON sim_deliveries (event_id);
  `);
  const insert = db.prepare(
    "INSERT INTO sim_deliveries (event_id, endpoint_id, state, due_at, attempts, held, shuffle) VALUES (?, ?, ?, ?, 0, ?, ?)",
  );
  const dueRows = db.prepare(
    "SELECT * FROM sim_deliveries WHERE state = 'pending' AND due_at <= ? AND held = ? ORDER BY held * shuffle, due_at, id LIMIT ?",
  );
  const succeed = db.prepare("UPDATE sim_deliveries SET state = 'delivered', attempts = attempts + 1 WHERE id = ?");
  const byId = db.prepare("SELECT * FROM sim_deliveries WHERE id = ?");
  const retry = db.prepare(
    "UPDATE sim_deliveries SET state = ?, attempts = attempts + 1, due_at = ?, held = 0, last_error = ? WHERE id = ?",
  );
  const countPending = db.prepare("SELECT COUNT(*) AS n FROM sim_deliveries WHERE state = 'pending' AND due_at <= ?");
  const least = db.prepare("SELECT MIN(due_at) AS due FROM sim_deliveries WHERE state = 'pending'");
  const missing = db.prepare("SELECT COUNT(*) AS n FROM sim_deliveries WHERE event_id = ? AND state = 'pending'");
  const allMissing = db.prepare("SELECT DISTINCT event_id FROM sim_deliveries WHERE state <> 'delivered'");
  const forget = db.prepare(
    "UPDATE sim_deliveries SET state = 'abandoned' WHERE endpoint_id = ? AND state = 'pending'",
  );

  return {
    schedule: (eventId, endpointId) => {
      const misbehaviour = settings.get<Misbehaviour>("webhooks");
      const chance = (p: number) => misbehaviour !== undefined && settings.draw("webhooks", misbehaviour.seed) < p;
      const copies = chance(misbehaviour?.duplicate ?? 0) ? 2 : 1;
      for (let copy = 0; copy < copies; copy += 1) {
        const held = chance(misbehaviour?.reorder ?? 0);
        const shuffle = misbehaviour && held ? settings.draw("webhooks", misbehaviour.seed) : 0;
        const state = chance(misbehaviour?.drop ?? 0) ? "dropped" : "pending";
        insert.run(eventId, endpointId, state, now(), held ? 1 : 0, shuffle);
      }
    },
    due: (at, which, limit) =>
      dueRows.all(at, which === "held" ? 1 : 0, limit).map((row) => ({
        id: row.id as number,
        eventId: row.event_id as string,
        endpointId: row.endpoint_id as string,
        attempts: row.attempts as number,
        held: row.held === 1,
      })),
    succeeded: (id) => void succeed.run(id),
    failed: (id, why) => {
      const attempts = (byId.get(id)?.attempts as number) ?? 0;
      const delay = retryDelays[attempts];
      retry.run(delay === undefined ? "failed" : "pending", now() + (delay ?? 0), why, id);
    },
    abandoned: (id, why) => void retry.run("abandoned", now(), why, id),
    pending: (at) => countPending.get(at)?.n as number,
    next: () => (least.get()?.due as number | null) ?? null,
    waiting: (eventId) => missing.get(eventId)?.n as number,
    undelivered: () => allMissing.all().map((row) => row.event_id as string),
    forget: (endpointId) => void forget.run(endpointId),
  };
}
