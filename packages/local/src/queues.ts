import { createHash, randomUUID } from "node:crypto";
import type { DatabaseSync } from "node:sqlite";
import type { Clock } from "./clock.ts";
import { atomically } from "./data-folder.ts";
import { compilePattern } from "./event-pattern.ts";
import { REGION } from "./resource.ts";
import type { Invocation } from "./sandbox.ts";
import type { MappingSpec, QueueSpec } from "./topology.ts";

/** What a message of a FIFO queue carries: its group, and the id under which it is taken once in five minutes. */
export type Fifo = { groupId: string; deduplicationId: string };

/** SQS queues, standard and FIFO, and the mappings that feed functions from them. */
export type Queues = {
  /** Puts a message into a queue; part of the caller's transaction, so call `wake` after it. */
  insert(queueArn: string, body: string, fifo?: Fifo): void;
  wake(): void;
  /** True while a message is being handled or could be. Delayed messages and failed ones in their time-out do not count. */
  busy(): boolean;
  /**
   * Ends the visibility time-out of messages that have failed at most three times. Gives the instant at which the next of
   * those that failed more often is due: what they wait for, such as a lease of a handler that died, may need the time.
   */
  hurry(): number | undefined;
  /** When the next delayed or failed message becomes visible, in epoch milliseconds. */
  nextVisible(): number | undefined;
  /** Messages in queues that nothing consumes: the dead-letter queues. */
  deadLetters(): number;
  /** Messages of one queue that could be received now. */
  waiting(queueArn: string): number;
  stop(): void;
};

type Options = {
  db: DatabaseSync;
  queues: readonly QueueSpec[];
  mappings: readonly MappingSpec[];
  clock: Clock;
  invoke: (functionId: string, event: unknown) => Promise<Invocation>;
};
type Message = {
  id: string;
  body: string;
  sentAt: number;
  visibleAt: number;
  receives: number;
  firstReceivedAt: number;
  groupId: string | null;
};

/** Of this many visible messages a batch is drawn at random: a standard queue keeps no order. */
const WINDOW = 50;
/** So long SQS remembers the deduplication id of a message that a FIFO queue was sent. */
const DEDUPLICATION_MS = 5 * 60_000;
/** So often a failed message is tried again without waiting when somebody is in a hurry. */
const IMPATIENT = 3;

/** Nothing of the message's group is being handled or waits to come again: the group's order holds it back till then. */
const isNext = `(groupId IS NULL OR NOT EXISTS (
  SELECT 1 FROM message WHERE queue = one.queue AND groupId = one.groupId AND visibleAt > ?))`;

export function createQueues({ db, queues, mappings, clock, invoke }: Options): Queues {
  const specs = new Map(queues.map((queue) => [queue.arn, queue]));
  const consumers = mappings
    .filter((mapping) => specs.has(mapping.sourceArn))
    .map((mapping) => ({ mapping, running: 0, accepts: mapping.filters.map(compilePattern) }));
  const consumed = consumers.map(({ mapping }) => mapping.sourceArn);
  const inFlight = new Set<string>();
  /** Queues that may have a visible message: those of others are not asked for again. */
  const stirred = new Set(consumed);
  let timer: NodeJS.Timeout | undefined;
  let woken = false;
  let stopped = false;

  const among = (arns: readonly string[]) => `(${arns.map(() => "?").join(",")})`;
  const insert = db.prepare(
    "INSERT INTO message (id, queue, body, sentAt, visibleAt, groupId, sequence) VALUES (?, ?, ?, ?, ?, ?, ?)",
  );
  const forget = db.prepare("DELETE FROM deduplication WHERE sentAt <= ?");
  const remember = db.prepare("INSERT INTO deduplication (queue, id, sentAt) VALUES (?, ?, ?) ON CONFLICT DO NOTHING");
  let sequence = Number(db.prepare("SELECT coalesce(max(sequence), 0) AS last FROM message").get()?.last);
  const visible = db.prepare(
    `SELECT * FROM (SELECT * FROM message WHERE queue = ? AND visibleAt <= ? ORDER BY visibleAt LIMIT ${WINDOW}) ORDER BY random() LIMIT ?`,
  );
  const visibleInOrder = db.prepare(
    `SELECT * FROM message AS one INDEXED BY messageInOrder WHERE queue = ? AND visibleAt <= ? AND ${isNext} ORDER BY sequence LIMIT ?`,
  );
  const take = db.prepare(
    "UPDATE message SET receives = receives + 1, visibleAt = ?, firstReceivedAt = coalesce(firstReceivedAt, ?) WHERE id = ? RETURNING *",
  );
  const move = db.prepare("UPDATE message SET queue = ?, receives = 0, visibleAt = ? WHERE id = ?");
  const remove = db.prepare("DELETE FROM message WHERE id = ?");
  const anyVisible = db.prepare(
    `SELECT 1 FROM message AS one WHERE queue IN ${among(consumed)} AND visibleAt <= ? AND ${isNext} LIMIT 1`,
  );
  const earliestHidden = db.prepare(
    `SELECT min(visibleAt) AS at FROM message WHERE queue IN ${among(consumed)} AND visibleAt > ?`,
  );
  const failed = db.prepare(
    `SELECT * FROM message WHERE queue IN ${among(consumed)} AND receives > 0 AND visibleAt > ?`,
  );
  const show = db.prepare("UPDATE message SET visibleAt = ? WHERE id = ?");
  const waiting = db.prepare("SELECT count(*) AS count FROM message WHERE queue = ? AND visibleAt <= ?");
  const dead = db.prepare(`SELECT count(*) AS count FROM message WHERE queue NOT IN ${among(consumed)}`);

  function receive(queue: QueueSpec, limit: number): Message[] {
    const now = Math.floor(clock.now());
    const found = () =>
      queue.fifo ? visibleInOrder.all(queue.arn, now, now, limit) : visible.all(queue.arn, now, limit);
    return atomically(db, () =>
      (found() as Message[]).flatMap((found) => {
        if (queue.redrive && found.receives >= queue.redrive.maxReceives) {
          move.run(queue.redrive.arn, now, found.id);
          return [];
        }
        return [take.get(now + queue.visibilityMs, now, found.id) as Message];
      }),
    );
  }

  function pump(): void {
    woken = false;
    if (stopped) return;
    const asked = new Set(stirred);
    stirred.clear();
    for (const consumer of consumers) {
      const { sourceArn } = consumer.mapping;
      const queue = asked.has(sourceArn) ? specs.get(sourceArn) : undefined;
      while (queue && consumer.running < consumer.mapping.maxConcurrency && hasVisible(queue)) {
        const batch = receive(queue, consumer.mapping.batchSize);
        if (batch.length > 0) void handle(consumer, queue, batch);
      }
    }
    arm();
  }

  const any = db.prepare(`SELECT 1 FROM message AS one WHERE queue = ? AND visibleAt <= ? AND ${isNext} LIMIT 1`);
  function hasVisible(queue: QueueSpec): boolean {
    const now = Math.floor(clock.now());
    return any.get(queue.arn, now, now) !== undefined;
  }

  /** As time passes, a message of any queue may have become visible. */
  function pumpAll(): void {
    for (const arn of consumed) stirred.add(arn);
    pump();
  }

  async function handle(consumer: (typeof consumers)[number], queue: QueueSpec, batch: Message[]): Promise<void> {
    consumer.running++;
    for (const message of batch) inFlight.add(message.id);
    const records = batch.map((message) => ({ message, record: recordOf(queue, message) }));
    // A message that the mapping filters out is gone, as in AWS.
    const wanted = records.filter(
      ({ record }) =>
        consumer.accepts.length === 0 ||
        consumer.accepts.some((accepts) => accepts({ ...record, body: jsonOf(record.body) })),
    );
    const ids = wanted.map(({ message }) => message.id);
    const result =
      ids.length > 0
        ? await invoke(consumer.mapping.functionId, { Records: wanted.map(({ record }) => record) })
        : undefined;
    const unsuccessful = result ? failuresOf(result, ids, consumer.mapping.partialFailures) : new Set<string>();
    if (stopped) return;
    atomically(db, () => {
      for (const message of batch) if (!unsuccessful.has(message.id)) remove.run(message.id);
    });
    for (const message of batch) inFlight.delete(message.id);
    consumer.running--;
    stirred.add(queue.arn);
    pump();
  }

  function arm(): void {
    clearTimeout(timer);
    const next = nextVisible();
    if (next === undefined || stopped) return;
    timer = setTimeout(pumpAll, Math.min(Math.max(next - clock.now(), 1), 2 ** 31 - 1));
    timer.unref();
  }

  const nextVisible = () =>
    (earliestHidden.get(...consumed, Math.floor(clock.now()))?.at as number | null) ?? undefined;
  const wake = () => {
    if (woken || stopped) return;
    woken = true;
    setImmediate(pump);
  };
  const wakeAll = () => {
    for (const arn of consumed) stirred.add(arn);
    wake();
  };
  clock.onMove(wakeAll);

  return {
    insert(queueArn, body, fifo) {
      const queue = specs.get(queueArn);
      if (!queue) throw new Error(`no queue ${queueArn}`);
      const now = Math.floor(clock.now());
      if (fifo) {
        forget.run(now - DEDUPLICATION_MS);
        if (remember.run(queueArn, fifo.deduplicationId, now).changes === 0) return;
      }
      stirred.add(queueArn);
      insert.run(randomUUID(), queueArn, body, now, now + queue.delayMs, fifo?.groupId ?? null, ++sequence);
    },
    wake,
    busy() {
      if (woken || consumers.some((consumer) => consumer.running > 0)) return true;
      const now = Math.floor(clock.now());
      return anyVisible.get(...consumed, now, now) !== undefined;
    },
    hurry() {
      const now = Math.floor(clock.now());
      const waiting = (failed.all(...consumed, now) as Message[]).filter(({ id }) => !inFlight.has(id));
      const soon = waiting.filter(({ receives }) => receives <= IMPATIENT);
      for (const { id } of soon) show.run(now, id);
      if (soon.length > 0) wakeAll();
      const later = waiting.filter(({ receives }) => receives > IMPATIENT).map(({ visibleAt }) => visibleAt);
      return later.length > 0 ? Math.min(...later) : undefined;
    },
    nextVisible,
    deadLetters: () => Number(dead.get(...consumed)?.count),
    waiting: (queueArn) => Number(waiting.get(queueArn, Math.floor(clock.now()))?.count),
    stop() {
      stopped = true;
      clearTimeout(timer);
    },
  };
}

function recordOf(queue: QueueSpec, message: Message) {
  return {
    messageId: message.id,
    receiptHandle: `${message.id}#${message.receives}`,
    body: message.body,
    attributes: {
      ApproximateReceiveCount: String(message.receives),
      SentTimestamp: String(message.sentAt),
      SenderId: "events.amazonaws.com",
      ApproximateFirstReceiveTimestamp: String(message.firstReceivedAt),
      ...(message.groupId !== null && { MessageGroupId: message.groupId }),
    },
    messageAttributes: {},
    md5OfBody: createHash("md5").update(message.body).digest("hex"),
    eventSource: "aws:sqs",
    eventSourceARN: queue.arn,
    awsRegion: REGION,
  };
}

function jsonOf(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return body;
  }
}

/**
 * Which of `ids` a batch's result leaves to be retried: all after an error, those it names where partial failures are
 * reported, and all if it names one that was not in the batch.
 */
export function failuresOf(result: Invocation, ids: readonly string[], partial: boolean): ReadonlySet<string> {
  if (!result.ok) return new Set(ids);
  if (!partial || result.payload === undefined) return new Set();
  const response = JSON.parse(result.payload) as { batchItemFailures?: { itemIdentifier?: string }[] | null } | null;
  const named = (response?.batchItemFailures ?? []).map((failure) => failure.itemIdentifier ?? "");
  return new Set(named.every((id) => ids.includes(id)) ? named : ids);
}
