import { dueItems } from "@clearing/store/due";
import type { Context, SQSRecord } from "aws-lambda";
import type { Deps } from "../../packages/runtime/src/deps.ts";
import { type DueWorks, dueWorker } from "../../packages/runtime/src/due-worker.ts";
import type { DueWorker, KindOf } from "../../packages/runtime/src/handed-out.ts";

/** Has a worker do everything that is due of its kinds, as the sweep would hand it out, each key once. */
export async function workOffDue<Worker extends DueWorker, D extends Deps>(
  deps: D,
  worker: Worker,
  works: DueWorks<Worker, D>,
): Promise<void> {
  const handle = dueWorker(async () => deps, worker, works);
  for (const kind of Object.keys(works) as KindOf<Worker>[]) {
    for await (const key of dueItems(deps.store, kind, deps.clock.now())) {
      await handle({ Records: [recordOf(JSON.stringify({ kind, ...key }))] }, {} as Context);
    }
  }
}

const recordOf = (body: string) => ({ messageId: "message-1", body }) as SQSRecord;
