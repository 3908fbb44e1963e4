import { GetQueueAttributesCommand, SendMessageBatchCommand, type SQSClient } from "@aws-sdk/client-sqs";
import { keysToHandOut } from "@clearing/domain/deadline-work";
import { hasCome, type Instant, plusSeconds } from "@clearing/domain/time";
import type { Deps } from "@clearing/runtime/deps";
import { type HandedOut, type WorkerName, workerOf } from "@clearing/runtime/handed-out";
import { reachedDeadlines } from "@clearing/store/deadlines";
import type { DeadlineKind } from "@clearing/store/keys";
import { firstOf, inBatches, inTurns } from "@clearing/store/merge";
import pMap from "p-map";

/** A run sends nothing after this many seconds: the function has 55. */
const runSeconds = 30;
/** The maximum that SQS accepts in one call. */
const keysACall = 10;
const callsAtOnce = 10;

/**
 * Sends the keys of items whose deadline was reached to the workers' queues, earliest first within each kind and one of
 * each kind in turn. A key that still waits in a queue is sent again; a repeated key has no effect. Keys without room
 * or time, or not sent, are left to a later run. If one queue is unavailable, the keys of the other are still sent, and
 * then the run fails.
 */
export async function handOut(deps: Deps, sqs: SQSClient): Promise<void> {
  const now = deps.clock.now();
  const workers: readonly WorkerName[] = ["deadline-worker", "payment-worker"];
  const results = await Promise.allSettled(workers.map((worker) => handOutTo(worker, deps, sqs, now)));
  for (const result of results) if ("reason" in result) throw result.reason;
}

async function handOutTo(worker: WorkerName, deps: Deps, sqs: SQSClient, now: Instant): Promise<void> {
  const queue = deps.config.workQueues[worker];
  const kinds = (Object.keys(workerOf) as DeadlineKind[]).filter((kind) => workerOf[kind] === worker);
  // A run without keys asks no queue; any other run asks once per queue.
  let asked: Promise<number> | undefined;
  const share = async () => {
    asked ??= messagesIn(queue, sqs);
    return keysToHandOut(await asked);
  };
  const keys = inTurns(kinds.map((kind) => firstOf(share, keysOf(kind, deps, now))));
  const batches = inBatches(untilTime(keys, plusSeconds(now, runSeconds), deps), keysACall);
  await pMap(batches, (batch) => send(batch, queue, deps, sqs), { concurrency: callsAtOnce });
}

async function* keysOf(kind: DeadlineKind, { store }: Deps, now: Instant): AsyncIterable<HandedOut> {
  for await (const key of reachedDeadlines(store, kind, now)) yield { kind, ...key };
}

async function* untilTime(keys: AsyncIterable<HandedOut>, end: Instant, { clock, log }: Deps) {
  for await (const key of keys) {
    if (hasCome(end, clock.now())) {
      log.warn("out of time; the next run continues");
      return;
    }
    yield key;
  }
}

const counts = [
  "ApproximateNumberOfMessages",
  "ApproximateNumberOfMessagesNotVisible",
  "ApproximateNumberOfMessagesDelayed",
] as const;

/** All messages of a queue: waiting, in progress, or delayed. */
async function messagesIn(queue: string, sqs: SQSClient): Promise<number> {
  const { Attributes } = await sqs.send(
    new GetQueueAttributesCommand({ QueueUrl: queue, AttributeNames: [...counts] }),
  );
  return counts.reduce((sum, count) => sum + Number(Attributes?.[count] ?? 0), 0);
}

/** Sends the keys of one call. SQS's fair queues keep a kind with few messages from waiting for one with many. */
async function send(keys: readonly HandedOut[], queue: string, { log }: Deps, sqs: SQSClient): Promise<void> {
  const Entries = keys.map((key, index) => ({
    Id: String(index),
    MessageBody: JSON.stringify(key),
    MessageGroupId: key.kind,
  }));
  try {
    const { Failed = [] } = await sqs.send(new SendMessageBatchCommand({ QueueUrl: queue, Entries }));
    if (Failed.length === 0) return;
    log.warn("work queue rejected messages; the next run sends them", { messages: Failed.length });
  } catch (error) {
    log.error("sending to work queue failed; the next run sends them", error, { messages: keys.length });
  }
  log.metric("SweepFailures", 1, "Count");
}
