import { fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import { startStack } from "./stack.ts";
import type { StackOptions } from "./stack-options.ts";

/** A stack in a separate process, which can be killed at any moment. */
export type StackProcess = {
  apiUrl: string;
  simulatorUrl: string | undefined;
  /** Sends SIGKILL and waits until the process is gone. */
  kill(): Promise<void>;
  /** Stops as Ctrl-C does. */
  stop(): Promise<void>;
};
type Started = { apiUrl: string; simulatorUrl: string | undefined } | { error: string };

const self = fileURLToPath(import.meta.url);

/** Starts a stack in another process; rejects with its refusal's message. */
export async function spawnStack(options: Omit<StackOptions, "bundles" | "log">): Promise<StackProcess> {
  const child = fork(self, [JSON.stringify(options)], { execArgv: ["--no-warnings"] });
  const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  const started = await new Promise<Started>((resolve) => {
    child.once("message", (message) => resolve(message as Started));
    child.once("exit", (code) => resolve({ error: `the stack ended with ${code}` }));
  });
  if ("error" in started) throw new Error(started.error);
  const end = async (signal: NodeJS.Signals) => {
    child.kill(signal);
    await ended;
  };
  return {
    apiUrl: started.apiUrl,
    simulatorUrl: started.simulatorUrl,
    kill: () => end("SIGKILL"),
    stop: () => end("SIGTERM"),
  };
}

async function main(options: StackOptions): Promise<void> {
  const stack = await startStack(options);
  process.once("SIGTERM", () => void stack.stop().finally(() => process.exit(0)));
  process.once("disconnect", () => process.exit(1));
  process.send?.({ apiUrl: stack.apiUrl, simulatorUrl: stack.simulatorUrl } satisfies Started);
}

if (process.argv[1] === self && process.argv[2]) {
  main(JSON.parse(process.argv[2])).catch((error: Error) =>
    process.send?.({ error: error.message }, () => process.exit(1)),
  );
}
