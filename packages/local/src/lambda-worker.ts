import { writeSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { parentPort, workerData } from "node:worker_threads";
import type { DirectDynamoDb } from "./direct-dynamodb.ts";

/** The tables that a function of this thread has written. */
export type Wrote = { wrote: string[] };

/** The message of the error with which the bundle did not load. */
export type NotLoaded = { notLoaded: string };

/**
 * Runs one function's bundle in a worker thread or a child process. `Date` is replaced before the bundle is imported,
 * so that the product reads the stack's time; `performance` and timers stay real.
 */
export type WorkerSetup = {
  file: string;
  exportName: string;
  offset: SharedArrayBuffer | number;
  /** Only for threads: the log file, and the direct access to the database. */
  thread?: { log: number; dynamodb: DirectDynamoDb | undefined };
};
export type Invoke = {
  id: number;
  event: string;
  timeoutMs: number;
  context: Record<string, unknown>;
  offset?: number;
};
export type Outcome =
  | { id: number; began: true }
  | { id: number; payload: string | undefined }
  | { id: number; error: { errorType: string; errorMessage: string; trace: string[] } };

const setup = (parentPort ? workerData : JSON.parse(process.argv[2] ?? "{}")) as WorkerSetup;
const offset =
  setup.offset instanceof SharedArrayBuffer ? new Float64Array(setup.offset) : new Float64Array([setup.offset]);
const send = (message: Outcome | NotLoaded) => (parentPort ? parentPort.postMessage(message) : process.send?.(message));

replaceDate();
type Handler = (event: unknown, context: unknown) => unknown;
let ready = false;
const loaded = load();
loaded.catch((thrown) => {
  const error = errorOf(thrown);
  console.error(JSON.stringify({ level: "ERROR", error: error.stack }));
  send({ notLoaded: error.message });
});

async function load(): Promise<Handler> {
  if (setup.thread) {
    for (const stream of [process.stdout, process.stderr]) writeTo(setup.thread.log, stream);
  }
  if (setup.thread?.dynamodb) {
    const { callDirectly } = await import("./direct-dynamodb.ts");
    callDirectly(setup.thread.dynamodb, (tables) => parentPort?.postMessage({ wrote: tables } satisfies Wrote));
  }
  const module = await import(pathToFileURL(setup.file).href);
  ready = true;
  return module[setup.exportName];
}

if (parentPort) {
  parentPort.on("message", (message: Invoke) => void run(message));
} else {
  process.on("message", (message: Invoke) => {
    offset[0] = message.offset ?? 0;
    void run(message);
  });
  process.on("disconnect", () => process.exit());
}

async function run({ id, event, timeoutMs, context }: Invoke): Promise<void> {
  try {
    // If the bundle is loaded already, the handler begins at once and no message is needed.
    const late = !ready;
    const handler = await loaded;
    const deadline = performance.now() + timeoutMs;
    if (late) send({ id, began: true });
    const result = await handler(JSON.parse(event), {
      ...context,
      callbackWaitsForEmptyEventLoop: true,
      getRemainingTimeInMillis: () => Math.max(0, deadline - performance.now()),
    });
    send({ id, payload: JSON.stringify(result) });
  } catch (thrown) {
    const error = errorOf(thrown);
    console.error(JSON.stringify({ level: "ERROR", invocation: context.awsRequestId, error: error.stack }));
    send({ id, error: { errorType: error.name, errorMessage: error.message, trace: (error.stack ?? "").split("\n") } });
  }
}

function errorOf(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(String(thrown));
}

/** Writes to the file directly: sent through the parent thread, each line would cost that thread a message. */
function writeTo(file: number, stream: NodeJS.WriteStream): void {
  type Done = (error?: Error | null) => void;
  stream.write = (text: string | Uint8Array, encoding?: BufferEncoding | Done, done?: Done): boolean => {
    writeSync(file, typeof text === "string" ? text : Buffer.from(text).toString());
    const told = typeof encoding === "function" ? encoding : done;
    told?.();
    return true;
  };
}

function replaceDate(): void {
  const RealDate = Date;
  const realNow = Date.now;
  const now = () => Math.floor(realNow() + (offset[0] ?? 0));
  RealDate.now = now;
  const VirtualDate: DateConstructor = new Proxy(RealDate, {
    apply: () => new RealDate(now()).toString(),
    construct(target, values: [], newTarget) {
      return Reflect.construct(
        target,
        values.length > 0 ? values : [now()],
        newTarget === VirtualDate ? target : newTarget,
      );
    },
  });
  RealDate.prototype.constructor = VirtualDate;
  globalThis.Date = VirtualDate;
}
