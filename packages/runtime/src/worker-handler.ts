import { beginTurn } from "@clearing/store/deadline-turn";
import { postpone } from "@clearing/store/deadlines";
import type { Key } from "@clearing/store/read";
import middy from "@middy/core";
import type { Context as LambdaContext, SQSBatchResponse, SQSEvent } from "aws-lambda";
import { outageLog } from "./consumer.ts";
import { type Done, workOn } from "./deadline-work.ts";
import { correlated, type Deps, type DepsFactory } from "./deps.ts";
import { type KindOf, type WorkerName, workerOf } from "./handed-out.ts";

/** What is done for an item of each kind that a worker is handed. */
export type WorkByKind<Worker extends WorkerName, D extends Deps> = Record<
  KindOf<Worker>,
  (key: Key, deps: D) => Promise<Done>
>;

/**
 * The Lambda handler of a queue of keys. A key may come twice, late and in any order: what is no longer due is left
 * alone, and so is what another worker is at. Every other key is tried, unless two workers died at its deadline: then it
 * is postponed. Whatever becomes of it, the key leaves the queue: what is still due, the sweep hands out again. Only a
 * message that names no key of this worker goes back, until it is a dead letter.
 */
export function workerHandler<Worker extends WorkerName, D extends Deps>(
  depsFactory: DepsFactory<D>,
  worker: Worker,
  works: WorkByKind<Worker, D>,
) {
  const isOurs = (kind: unknown): kind is KindOf<Worker> =>
    Object.entries(workerOf).some((row) => row[0] === kind && row[1] === worker);

  /** The key that a message names; null for what is none of this worker's. */
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
