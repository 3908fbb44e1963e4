import { beginTurn } from "@clearing/store/deadline-turn";
import { postpone } from "@clearing/store/deadlines";
import type { Key } from "@clearing/store/read";
import middy from "@middy/core";
import type { Context as LambdaContext, SQSBatchResponse, SQSEvent } from "aws-lambda";
import { outageLog } from "./consumer.ts";
import { type Done, workOn } from "./deadline-work.ts";
import { correlated, type Deps, type DepsFactory } from "./deps.ts";
import { type KindOf, type WorkerName, workerOf } from "./handed-out.ts";

/** The work on an item of each kind that a worker gets. */
export type WorkByKind<Worker extends WorkerName, D extends Deps> = Record<
  KindOf<Worker>,
  (key: Key, deps: D) => Promise<Done>
>;

/**
 * The Lambda handler of a worker's queue of keys. A key can repeat, arrive late and in any order. A key whose deadline
 * has moved, or on which another worker has its turn, is skipped. After two workers have died at a deadline, the item
 * is postponed. Every key leaves the queue whatever the result: the sweep sends it again while its deadline is
 * unchanged. Only a malformed message, or one of another worker, is retried until it is a dead letter.
 */
export function workerHandler<Worker extends WorkerName, D extends Deps>(
  depsFactory: DepsFactory<D>,
  worker: Worker,
  works: WorkByKind<Worker, D>,
) {
  const isOurs = (kind: unknown): kind is KindOf<Worker> =>
    Object.entries(workerOf).some((row) => row[0] === kind && row[1] === worker);

  /** The key in a message; null if the message is not for this worker. */
  function handedOut(body: string): { kind: KindOf<Worker>; key: Key } | null {
    const { kind, pk, sk } = fieldsOf(body);
    return isOurs(kind) && typeof pk === "string" && typeof sk === "string" ? { kind, key: { pk, sk } } : null;
  }

  async function work({ kind, key }: { kind: KindOf<Worker>; key: Key }, deps: D): Promise<void> {
    switch (await beginTurn(deps.store, kind, key, deps.clock.now())) {
      case "nothing":
        return;
      case "work":
        return workOn(deps, { kind, act: (reached) => works[kind](reached, deps) }, key);
      case "too_many":
        deps.log.error("worker died repeatedly on the same item", null, { item: `${key.pk} ${key.sk}` });
        deps.log.metric("SweepFailures", 1, "Count");
        return postpone(deps.store, kind, key, deps.clock.now());
    }
  }

  const consume = async ({ Records }: SQSEvent, { awsRequestId }: LambdaContext): Promise<SQSBatchResponse> => {
    const deps = await depsFactory(awsRequestId);
    if ("notConfigured" in deps) {
      deps.log.info("stripe not configured; messages left to the sweeps", { messages: Records.length });
      return { batchItemFailures: [] };
    }
    const batchItemFailures: SQSBatchResponse["batchItemFailures"] = [];
    for (const { messageId, body } of Records) {
      const handed = handedOut(body);
      if (handed === null) {
        deps.log.error("malformed work message", null, { messageId });
        batchItemFailures.push({ itemIdentifier: messageId });
        continue;
      }
      try {
        await work(handed, correlated(deps, messageId));
      } catch (error) {
        deps.log.error("work failed; the next sweep retries it", error, { messageId });
        deps.log.metric("SweepFailures", 1, "Count");
      }
    }
    return { batchItemFailures };
  };
  return middy<SQSEvent, SQSBatchResponse, Error, LambdaContext>(consume).use(outageLog());
}

function fieldsOf(body: string): Record<string, unknown> {
  try {
    return JSON.parse(body) ?? {};
  } catch {
    return {};
  }
}
