import type { DatabaseSync } from "node:sqlite";
import { failuresOf } from "./batch-result.ts";
import type { Clock } from "./clock.ts";
import { compilePattern } from "./event-pattern.ts";
import { type Counts, createMessages, type Message } from "./messages.ts";
import { filteredBy, recordOf } from "./queue-records.ts";
import type { Invocation } from "./sandbox.ts";
import type { MappingSpec, QueueSpec } from "./topology.ts";

/** SQS's standard queues, and the mappings that feed functions from them. */
export type Queues = {
  /** Inserts a message into a queue within the caller's transaction; call `wake` afterwards. */
  insert(queueArn: string, body: string, groupId?: string): void;
  wake(): void;
  /**
   * True while a message is being handled or could be. Delayed messages, and failed ones in their time-out, do not
   * count.
   */
  busy(): boolean;
  /**
   * Ends the visibility time-out of messages that have failed at most three times. Returns the next instant of those
   * that failed more often: they may wait for time to pass, such as for the lease of a dead handler.
   */
  hurry(): number | undefined;
  /** When the next delayed or failed message becomes visible, in epoch milliseconds. */
  nextVisible(): number | undefined;
  /** The number of messages in queues without a consumer: the dead-letter queues. */
  deadLetters(): number;
  counts(queueArn: string): Counts;
  stop(): void;
};

type Options = {
  db: DatabaseSync;
  queues: readonly QueueSpec[];
  mappings: readonly MappingSpec[];
  clock: Clock;
  invoke: (functionId: string, event: unknown) => Promise<Invocation>;
};

/** How often `hurry` retries a failed message without waiting. */
const impatient = 3;

export function createQueues({ db, queues, mappings, clock, invoke }: Options): Queues {
  const specs = new Map(queues.map((queue) => [queue.arn, queue]));
  const consumers = mappings
    .filter((mapping) => specs.has(mapping.sourceArn))
    .map((mapping) => ({ mapping, running: 0, accepts: mapping.filters.map(compilePattern) }));
  const consumed = consumers.map(({ mapping }) => mapping.sourceArn);
  const messages = createMessages(db, consumed);
  const inFlight = new Set<string>();
  /** Queues that may have a visible message; the others are not queried. */
  const stirred = new Set(consumed);
  const now = () => Math.floor(clock.now());
  let timer: NodeJS.Timeout | undefined;
  /** The instant for which the timer is set. */
  let nextAt: number | undefined;
  let woken = false;
  let stopped = false;

  function pump(): void {
    woken = false;
    if (stopped) return;
    const at = now();
    // A busy process fires its timer late, and this work replaces it.
    if (nextAt !== undefined && nextAt <= at) stirAll();
    const asked = new Set(stirred);
    stirred.clear();
    for (const consumer of consumers) {
      const { sourceArn, maxConcurrency, batchSize } = consumer.mapping;
      const queue = asked.has(sourceArn) ? specs.get(sourceArn) : undefined;
      while (queue && consumer.running < maxConcurrency && messages.hasVisible(sourceArn, at)) {
        const batch = messages.receive(queue, batchSize, at);
        if (batch.length > 0) void handle(consumer, queue, batch);
      }
    }
    arm(at);
  }

  /** As time passes, any queue may get a visible message. */
  function stirAll(): void {
    for (const arn of consumed) stirred.add(arn);
  }

  async function handle(consumer: (typeof consumers)[number], queue: QueueSpec, batch: Message[]): Promise<void> {
    const { accepts, mapping } = consumer;
    consumer.running++;
    for (const message of batch) inFlight.add(message.id);
    // A message that the mapping filters out is deleted, as in AWS.
    const wanted = batch
      .map((message) => recordOf(queue, message))
      .filter((record) => accepts.length === 0 || accepts.some((matches) => matches(filteredBy(record))));
    const ids = wanted.map(({ messageId }) => messageId);
    const result = ids.length > 0 ? await invoke(mapping.functionId, { Records: wanted }) : undefined;
    const unsuccessful = result ? failuresOf(result, ids, mapping.partialFailures) : new Set<string>();
    if (stopped) return;
    messages.remove(batch.filter(({ id }) => !unsuccessful.has(id)));
    for (const message of batch) inFlight.delete(message.id);
    consumer.running--;
    stirred.add(queue.arn);
    pump();
  }

  const nextVisible = () => messages.nextVisible(now());

  function arm(at: number): void {
    clearTimeout(timer);
    nextAt = messages.nextVisible(at);
    if (nextAt === undefined || stopped) return;
    timer = setTimeout(pump, Math.min(Math.max(nextAt - clock.now(), 1), 2 ** 31 - 1));
    timer.unref();
  }

  const wake = () => {
    if (woken || stopped) return;
    woken = true;
    setImmediate(pump);
  };
  const wakeAll = () => {
    stirAll();
    wake();
  };
  clock.onMove(wakeAll);

  return {
    insert(queueArn, body, groupId) {
      const queue = specs.get(queueArn);
      if (!queue) throw new Error(`the template has no queue ${queueArn}`);
      stirred.add(queueArn);
      messages.put(queue, body, groupId, now());
    },
    wake,
    busy: () => woken || consumers.some(({ running }) => running > 0) || messages.anyVisible(now()),
    hurry() {
      const waiting = messages.hidden(now()).filter(({ id }) => !inFlight.has(id));
      const soon = waiting.filter(({ receives }) => receives <= impatient);
      for (const { id } of soon) messages.show(id, now());
      if (soon.length > 0) wakeAll();
      const later = waiting.filter(({ receives }) => receives > impatient).map(({ visibleAt }) => visibleAt);
      return later.length > 0 ? Math.min(...later) : undefined;
    },
    nextVisible,
    deadLetters: messages.dead,
    counts: (queueArn) => messages.counts(queueArn, now()),
    stop() {
      stopped = true;
      clearTimeout(timer);
    },
  };
}
