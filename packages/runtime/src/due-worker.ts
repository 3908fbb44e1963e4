import { Failure } from "@clearing/domain/failure";
import { isDue, postpone } from "@clearing/store/due";
import type { Key } from "@clearing/store/read";
import middy from "@middy/core";
import type { Context as LambdaContext, SQSBatchResponse, SQSEvent, SQSRecord } from "aws-lambda";
import { outageLog } from "./consumer.ts";
import type { Deps, DepsFactory } from "./deps.ts";
import { type Done, workOn } from "./due-work.ts";
import { type DueWorker, type KindOf, workerOf } from "./handed-out.ts";

/** What is done for an item of each kind that a worker is handed. */
export type DueWorks<Worker extends DueWorker, D extends Deps> = Record<
  KindOf<Worker>,
  (key: Key, deps: D) => Promise<Done>
>;

/**
 * The Lambda handler of a queue of keys. What is no longer due is left alone, so that a key may come twice and late. A
 * key that comes back was in the hands of a worker that died: it is postponed, and worked at its next turn. What fails
 * is postponed as well and leaves the queue; only where the tables cannot be reached does a message go back.
 */
export function dueWorker<Worker extends DueWorker, D extends Deps>(
  depsFactory: DepsFactory<D>,
  worker: Worker,
  works: DueWorks<Worker, D>,
) {
  const isOurs = (kind: string): kind is KindOf<Worker> =>
    Object.entries(workerOf).some((row) => row[0] === kind && row[1] === worker);

  async function work({ body, attributes }: SQSRecord, deps: D): Promise<void> {
    const { kind, key } = parseHandedOut(body);
    if (!isOurs(kind)) throw new Failure("the key of another worker");
    const now = deps.clock.now();
    if (!(await isDue(deps.store, kind, key, now))) return;
    if (Number(attributes.ApproximateReceiveCount) > 1) {
      deps.log.error("a worker died at an item", null, { item: `${key.pk} ${key.sk}` });
      deps.log.metric("SweepFailures", 1, "Count");
      await postpone(deps.store, kind, key, now);
      return;
    }
    await workOn(deps, { kind, act: (due) => works[kind](due, deps) }, key);
  }

  const consume = async ({ Records }: SQSEvent): Promise<SQSBatchResponse> => {
    const deps = await depsFactory();
    if ("notConfigured" in deps) {
      deps.log.info("keys left to the next sweep: Stripe is not configured yet", { messages: Records.length });
      return { batchItemFailures: [] };
    }
    const batchItemFailures: SQSBatchResponse["batchItemFailures"] = [];
    for (const record of Records) {
      try {
        await work(record, deps);
      } catch (error) {
        deps.log.error("a key could not be worked on", error, { messageId: record.messageId });
        batchItemFailures.push({ itemIdentifier: record.messageId });
      }
    }
    return { batchItemFailures };
  };
  return middy<SQSEvent, SQSBatchResponse, Error, LambdaContext>(consume).use(outageLog());
}

function parseHandedOut(body: string): { kind: string; key: Key } {
  const { kind, pk, sk }: Record<string, unknown> = JSON.parse(body);
  if (typeof kind !== "string" || typeof pk !== "string" || typeof sk !== "string") throw new Failure("not a key");
  return { kind, key: { pk, sk } };
}
