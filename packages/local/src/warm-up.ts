import { setTimeout as sleep } from "node:timers/promises";
import type { LambdaHost } from "./lambda-host.ts";
import type { Topology } from "./topology.ts";

/** Loads bundles one after another, those of routes first, so that the first requests have a processor available. */
export async function warmUp(
  { routes, functions }: Topology,
  labels: readonly string[],
  lambda: LambdaHost,
  signal: AbortSignal,
): Promise<void> {
  const chosen = new Set(functions.filter(({ label }) => labels.includes(label)).map(({ id }) => id));
  for (const id of new Set([...routes.map(({ functionId }) => functionId), ...chosen])) {
    if (!chosen.has(id)) continue;
    await sleep(200, undefined, { signal, ref: false }).catch(() => {});
    if (signal.aborted) return;
    lambda.warm(id);
  }
}
