import { setTimeout as sleep } from "node:timers/promises";
import type { LambdaHost } from "./lambda-host.ts";
import type { Topology } from "./topology.ts";

/** Loads the bundles one after another, so that the first requests have a processor available. */
export async function warmUp(topology: Topology, lambda: LambdaHost, signal: AbortSignal): Promise<void> {
  const ids = new Set([...topology.routes.map((route) => route.functionId), ...topology.functions.map((fn) => fn.id)]);
  for (const id of ids) {
    await sleep(200, undefined, { signal, ref: false }).catch(() => {});
    if (signal.aborted) return;
    lambda.warm(id);
  }
}
