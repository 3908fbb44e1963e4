import { reachedDeadlines } from "@clearing/store/deadlines";
import type { Context, SQSRecord } from "aws-lambda";
import type { Deps } from "../../packages/runtime/src/deps.ts";
import type { KindOf, WorkerName } from "../../packages/runtime/src/handed-out.ts";
import { type WorkByKind, workerHandler } from "../../packages/runtime/src/worker-handler.ts";

/** Makes a worker handle every item of its kinds whose deadline was reached, each key once, as after a sweep. */
export async function workOffDeadlines<Worker extends WorkerName, D extends Deps>(
  deps: D,
  worker: Worker,
  works: WorkByKind<Worker, D>,
): Promise<void> {
  const handle = workerHandler(async () => deps, worker, works);
  for (const kind of Object.keys(works) as KindOf<Worker>[]) {
    for await (const key of reachedDeadlines(deps.store, kind, deps.clock.now())) {
      await handle({ Records: [recordOf(JSON.stringify({ kind, ...key }))] }, {} as Context);
    }
  }
}

const recordOf = (body: string) => ({ messageId: "message-1", body }) as SQSRecord;
