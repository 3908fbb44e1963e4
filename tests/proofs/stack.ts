import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type StackOptions, startStack } from "@clearing/local";
import { synthesize } from "../../scripts/synthesize.ts";
import { nextMidday } from "../harness/days.ts";
import { addressesOf, type Client, connect } from "../harness/http.ts";

export type RunningStack = { client: Client; stop(): Promise<void> };

/** Starts a stack in an empty folder, on free ports. */
export async function openStack(options: Partial<StackOptions> = {}): Promise<RunningStack> {
  const folder = mkdtempSync(join(tmpdir(), "clearing-proof-"));
  const stack = await startStack({
    templateDir: await synthesize(() => {}),
    dataDir: join(folder, "data"),
    notBefore: nextMidday(),
    warm: false,
    ...options,
  });
  return {
    client: connect(addressesOf(stack)),
    async stop() {
      await stack.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
