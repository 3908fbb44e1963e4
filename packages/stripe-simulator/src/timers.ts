import type { DatabaseSync } from "node:sqlite";

/** Things that happen later in Stripe's world without a request. */
export type TimerKind =
  | "settle_bank_debit"
  | "fail_bank_debit"
  | "expire_session"
  | "settle_refund"
  | "fail_refund"
  | "fund_refund"
  | "time_out_microdeposits"
  | "fail_microdeposits"
  | "expire_authorization"
  | "book_charge";
export type Timer = { id: number; kind: TimerKind; subject: string; dueAt: number };

export type Timers = {
  set(kind: TimerKind, subject: string, dueAt: number): void;
  clear(subject: string): void;
  /** The earliest timer not later than an instant (ms). */
  due(at: number): Timer | undefined;
  done(id: number): void;
  next(): number | null;
  /** Moves every timer of a kind forward to an instant. */
  hasten(kind: TimerKind, to: number): void;
};

export function openTimers(db: DatabaseSync): Timers {
  db.exec(`
    CREATE TABLE IF NOT EXISTS sim_timers (
      id INTEGER PRIMARY KEY AUTOINCREMENT, kind TEXT NOT NULL, subject TEXT NOT NULL, due_at INTEGER NOT NULL);
    CREATE INDEX IF NOT EXISTS sim_timers_by_due ON sim_timers (due_at, id);
    CREATE INDEX IF NOT EXISTS sim_timers_by_subject ON sim_timers (subject);
  `);
  const insert = db.prepare("INSERT INTO sim_timers (kind, subject, due_at) VALUES (?, ?, ?)");
  const removeBySubject = db.prepare("DELETE FROM sim_timers WHERE subject = ?");
  const removeById = db.prepare("DELETE FROM sim_timers WHERE id = ?");
  const first = db.prepare("SELECT * FROM sim_timers WHERE due_at <= ? ORDER BY due_at, id LIMIT 1");
  const least = db.prepare("SELECT MIN(due_at) AS due FROM sim_timers");
  const forward = db.prepare("UPDATE sim_timers SET due_at = ? WHERE kind = ? AND due_at > ?");
  return {
    set: (kind, subject, dueAt) => void insert.run(kind, subject, dueAt),
    clear: (subject) => void removeBySubject.run(subject),
    due: (at) => {
      const row = first.get(at);
      if (!row) return undefined;
      return {
        id: row.id as number,
        kind: row.kind as TimerKind,
        subject: row.subject as string,
        dueAt: row.due_at as number,
      };
    },
    done: (id) => void removeById.run(id),
    next: () => (least.get()?.due as number | null) ?? null,
    hasten: (kind, to) => void forward.run(to, kind, to),
  };
}
