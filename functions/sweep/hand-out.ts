import { GetQueueAttributesCommand, SendMessageBatchCommand, type SQSClient } from "@aws-sdk/client-sqs";
import { type Instant, plusSeconds } from "@clearing/domain/time";
import type { Deps } from "@clearing/runtime/deps";
import { type DueWorker, type HandedOut, workerOf } from "@clearing/runtime/handed-out";
import { type DueKey, dueItems } from "@clearing/store/due";
import type { DueKind } from "@clearing/store/keys";
import { inBatches } from "@clearing/store/merge";
import pMap from "p-map";

/** A run hands nothing out after this time: the function has 55 seconds. */
const RUN_SECONDS = 30;
/** The most that SQS takes in a call. */
const KEYS_A_CALL = 10;
const CALLS_AT_ONCE = 10;
/** While more keys than this wait in a queue, it is given no others. */
const MOST_WAITING = 1_000;

type Due = DueKey & { kind: DueKind };

/**
 * Hands the keys of what is due to the workers' queues, the earliest of each kind first and the kinds in turn. The queue
 * takes a key at its deadline once in five minutes, so that one that waits or is being worked on is not there twice; what
 * is postponed has another deadline, and is handed out again. What was not sent, or found no time, the next run hands out.
 * A queue that cannot be asked keeps no key from the other one; the run fails once both have been seen to.
 */
export async function handOut(deps: Deps, sqs: SQSClient): Promise<void> {
  const now = deps.clock.now();
  const workers: readonly DueWorker[] = ["deadline-worker", "payment-worker"];
  const results = await Promise.allSettled(workers.map((worker) => handOutTo(worker, deps, sqs, now)));
  for (const result of results) if (result.status === "rejected") throw result.reason;
}

async function handOutTo(worker: DueWorker, deps: Deps, sqs: SQSClient, now: Instant): Promise<void> {
  const queue = deps.config.workQueues[worker];
  const kinds = (Object.keys(workerOf) as DueKind[]).filter((kind) => workerOf[kind] === worker);
  const due = inTurns(kinds.map((kind) => ofKind(kind, dueItems(deps.store, kind, now))));
  const batches = inBatches(untilFull(due, queue, deps, sqs, plusSeconds(now, RUN_SECONDS)), KEYS_A_CALL);
  await pMap(batches, (keys) => send(keys, queue, deps, sqs), { concurrency: CALLS_AT_ONCE });
}

async function* ofKind(kind: DueKind, keys: AsyncIterable<DueKey>): AsyncIterable<Due> {
  for await (const key of keys) yield { ...key, kind };
}

/** One of each list in turn, so that no kind waits for all of another. */
async function* inTurns<Value>(lists: AsyncIterable<Value>[]): AsyncIterable<Value> {
  let rests = lists.map((list) => list[Symbol.asyncIterator]());
  while (rests.length > 0) {
    const going: typeof rests = [];
    for (const rest of rests) {
      const next = await rest.next();
      if (next.done === true) continue;
      yield next.value;
      going.push(rest);
    }
    rests = going;
  }
}

/** The keys, until the run's time is over; none for a queue in which too many wait. An idle run asks no queue. */
async function* untilFull(due: AsyncIterable<Due>, queue: string, deps: Deps, sqs: SQSClient, end: Instant) {
  let asked = false;
  for await (const key of due) {
    if (!asked && (await waiting(queue, sqs)) > MOST_WAITING) {
      deps.log.info("a queue is full of keys; a later run goes on");
      return;
    }
    asked = true;
    if (deps.clock.now() >= end) {
      deps.log.warn("the run ends with its time; the next one goes on");
      return;
    }
    yield key;
  }
}

async function waiting(queue: string, sqs: SQSClient): Promise<number> {
  const { Attributes } = await sqs.send(
    new GetQueueAttributesCommand({ QueueUrl: queue, AttributeNames: ["ApproximateNumberOfMessages"] }),
  );
  return Number(Attributes?.ApproximateNumberOfMessages ?? 0);
}

/** Sends one call's keys. All of one booking are one group: a worker has no other beside it. */
async function send(keys: readonly Due[], queue: string, { log }: Deps, sqs: SQSClient): Promise<void> {
  const Entries = keys.map(({ kind, key: { pk, sk }, dueAt }, index) => ({
    Id: String(index),
    MessageBody: JSON.stringify({ kind, pk, sk } satisfies HandedOut),
    MessageGroupId: pk.slice(pk.indexOf("#") + 1),
    MessageDeduplicationId: `${pk}#${sk}#${dueAt}`,
  }));
  try {
    const { Failed = [] } = await sqs.send(new SendMessageBatchCommand({ QueueUrl: queue, Entries }));
    if (Failed.length === 0) return;
    log.warn("keys that the queue did not take; the next run sends them", { messages: Failed.length });
  } catch (error) {
    log.error("keys could not be handed out; the next run sends them", error, { messages: keys.length });
  }
  log.metric("SweepFailures", 1, "Count");
}
