import { randomUUID } from "node:crypto";
import type { DatabaseSync } from "node:sqlite";
import { atomically } from "./data-folder.ts";
import type { QueueSpec } from "./topology.ts";

export type Message = {
  id: string;
  body: string;
  sentAt: number;
  visibleAt: number;
  receives: number;
  firstReceivedAt: number;
  groupId: string | null;
};

/** A batch is drawn at random from this many visible messages: a standard queue keeps no order. */
const window = 50;

/**
 * The messages of all queues in the data folder; `consumed` are the queues that feed a function. Instants are in epoch
 * ms.
 */
export function createMessages(db: DatabaseSync, consumed: readonly string[]) {
  const among = `(${consumed.map(() => "?").join(",")})`;
  const insert = db.prepare(
    "INSERT INTO message (id, queue, body, sentAt, visibleAt, groupId) VALUES (?, ?, ?, ?, ?, ?)",
  );
  const visible = db.prepare(
    `SELECT * FROM (SELECT * FROM message WHERE queue = ? AND visibleAt <= ? ORDER BY visibleAt LIMIT ${window}) ORDER BY random() LIMIT ?`,
  );
  const take = db.prepare(
    "UPDATE message SET receives = receives + 1, visibleAt = ?, firstReceivedAt = coalesce(firstReceivedAt, ?) WHERE id = ? RETURNING *",
  );
  const move = db.prepare("UPDATE message SET queue = ?, receives = 0, visibleAt = ? WHERE id = ?");
  const remove = db.prepare("DELETE FROM message WHERE id = ?");
  const show = db.prepare("UPDATE message SET visibleAt = ? WHERE id = ?");
  const anyOf = db.prepare("SELECT 1 FROM message WHERE queue = ? AND visibleAt <= ? LIMIT 1");
  const any = db.prepare(`SELECT 1 FROM message WHERE queue IN ${among} AND visibleAt <= ? LIMIT 1`);
  const earliestHidden = db.prepare(
    `SELECT min(visibleAt) AS at FROM message WHERE queue IN ${among} AND visibleAt > ?`,
  );
  const failed = db.prepare(`SELECT * FROM message WHERE queue IN ${among} AND receives > 0 AND visibleAt > ?`);
  const dead = db.prepare(`SELECT count(*) AS count FROM message WHERE queue NOT IN ${among}`);
  const counts = db.prepare(
    `SELECT count(*) FILTER (WHERE visibleAt <= ?1) AS visible, count(*) FILTER (WHERE visibleAt > ?1 AND receives > 0) AS inFlight,
      count(*) FILTER (WHERE visibleAt > ?1 AND receives = 0) AS delayed FROM message WHERE queue = ?2`,
  );

  return {
    put({ arn, delayMs }: QueueSpec, body: string, groupId: string | undefined, now: number): void {
      insert.run(randomUUID(), arn, body, now, now + delayMs, groupId ?? null);
    },
    /**
     * Returns visible messages and hides them for the queue's visibility time-out. Moves those received too often to
     * the dead-letter queue.
     */
    receive(queue: QueueSpec, limit: number, now: number): Message[] {
      return atomically(db, () =>
        (visible.all(queue.arn, now, limit) as Message[]).flatMap((found) => {
          if (queue.redrive && found.receives >= queue.redrive.maxReceives) {
            move.run(queue.redrive.arn, now, found.id);
            return [];
          }
          return [take.get(now + queue.visibilityMs, now, found.id) as Message];
        }),
      );
    },
    remove(messages: readonly Message[]): void {
      atomically(db, () => {
        for (const { id } of messages) remove.run(id);
      });
    },
    show(id: string, now: number): void {
      show.run(now, id);
    },
    hasVisible: (queueArn: string, now: number): boolean => anyOf.get(queueArn, now) !== undefined,
    anyVisible: (now: number): boolean => any.get(...consumed, now) !== undefined,
    /** When the next delayed or failed message becomes visible. */
    nextVisible: (now: number): number | undefined =>
      (earliestHidden.get(...consumed, now)?.at as number | null) ?? undefined,
    /** Messages that were received and are hidden. */
    hidden: (now: number): Message[] => failed.all(...consumed, now) as Message[],
    /** Messages of queues that nothing consumes. */
    dead: (): number => Number(dead.get(...consumed)?.count),
    counts(queueArn: string, now: number): Counts {
      const { visible: seen, inFlight, delayed } = counts.get(now, queueArn) ?? {};
      return { visible: Number(seen), inFlight: Number(inFlight), delayed: Number(delayed) };
    },
  };
}

/** How many messages of a queue are visible, hidden after a receive, or delayed. */
export type Counts = { visible: number; inFlight: number; delayed: number };
